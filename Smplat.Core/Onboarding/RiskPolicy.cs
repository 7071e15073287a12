namespace Smplat.Core.Onboarding;

/// <summary>How much a journey needs an operator's eye.</summary>
public static class RiskPolicy
{
    private static readonly TimeSpan High = TimeSpan.FromHours(72);
    private static readonly TimeSpan Medium = TimeSpan.FromHours(36);

    /// <param name="lastTouchAt">The last interaction, else the last change, else the start.</param>
    public static string Judge(string status, DateTimeOffset lastTouchAt, DateTimeOffset now) => (status, now - lastTouchAt) switch
    {
        (JourneyStatus.Completed, _) => "low",
        (JourneyStatus.Stalled, _) => "high",
        (_, var age) when age >= High => "high",
        (_, var age) when age >= Medium => "medium",
        _ => "low",
    };
}
