namespace Smplat.Core.Onboarding;

/// <summary>Labels of <c>onboarding_tasks.status</c>.</summary>
public static class JourneyTaskStatus
{
    public const string Pending = "pending";
    public const string InProgress = "in_progress";
    public const string Completed = "completed";
    public const string Blocked = "blocked";
}
