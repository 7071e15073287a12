namespace Smplat.Core.Onboarding;

/// <summary>Labels of <c>onboarding_journeys.status</c>.</summary>
public static class JourneyStatus
{
    public const string NotStarted = "not_started";
    public const string Active = "active";
    public const string Completed = "completed";
    public const string Stalled = "stalled";

    public static readonly string[] All = [NotStarted, Active, Completed, Stalled];
}
