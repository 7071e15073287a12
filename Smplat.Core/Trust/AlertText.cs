namespace Smplat.Core.Trust;

/// <summary>Alerts in words.</summary>
public static class AlertText
{
    public static string Of(string alert) => alert switch
    {
        ForecastAlerts.Unavailable => "No forecast can be made at the moment.",
        ForecastAlerts.BreachRisk => "The queue takes four hours or more.",
        ForecastAlerts.Watch => "The queue takes two hours or more.",
        ForecastAlerts.LimitedHistory => "There is little history to go by.",
        ForecastPolicy.NoStaffing => "No shift is planned that could work the queue off.",
        ForecastAlerts.PartialSupport => "Some products cannot be forecast.",
        _ => alert,
    };
}
