namespace Smplat.Core.Trust;

/// <summary>What a forecast warns of, in a fixed order, and the sentence that shoppers read instead of a promise.</summary>
public static class ForecastAlerts
{
    public const string Unavailable = "forecast_unavailable";
    public const string BreachRisk = "sla_breach_risk";
    public const string Watch = "sla_watch";
    public const string LimitedHistory = "limited_history";
    public const string PartialSupport = "partial_support";

    private const double BreachMinutes = 240;
    private const double WatchMinutes = 120;
    private const int EnoughHistory = 5;

    private static readonly (string Alert, string Copy)[] Copies =
    [
        (ForecastPolicy.NoStaffing, "Our team's next shifts are being planned; we confirm your delivery time by mail."),
        (LimitedHistory, "This service is new, so the delivery time is an early estimate."),
        (BreachRisk, "Demand is high right now and delivery takes longer than usual."),
        (Watch, "Demand is above normal; delivery may take a little longer."),
        (Unavailable, "A live delivery estimate is not available at the moment."),
    ];

    public static IReadOnlyList<string> Of(double? value, long durations, IReadOnlyCollection<SkuForecast> skus)
    {
        var alerts = new List<string>();
        Add(alerts, Unavailable, value is null);
        Add(alerts, BreachRisk, value >= BreachMinutes);
        Add(alerts, Watch, value is >= WatchMinutes and < BreachMinutes);
        Add(alerts, LimitedHistory, durations < EnoughHistory);
        var isUnstaffed = skus.Count > 0 && skus.All(sku => sku.UnsupportedReason == ForecastPolicy.NoStaffing);
        Add(alerts, ForecastPolicy.NoStaffing, isUnstaffed);
        Add(alerts, PartialSupport, !isUnstaffed && skus.Any(sku => sku.UnsupportedReason is not null));
        return alerts;
    }

    public static string? FallbackCopy(IReadOnlyCollection<string> alerts) =>
        Copies.FirstOrDefault(entry => alerts.Contains(entry.Alert)).Copy;

    private static void Add(List<string> alerts, string alert, bool applies)
    {
        if (applies)
        {
            alerts.Add(alert);
        }
    }
}
