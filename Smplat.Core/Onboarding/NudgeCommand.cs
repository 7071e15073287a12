namespace Smplat.Core.Onboarding;

/// <summary>What a round of nudges is to do.</summary>
/// <param name="Idle">Untouched time from which a task is due.</param>
/// <param name="Limit">Most journeys.</param>
/// <param name="IsDryRun">Look, and write nothing.</param>
/// <param name="TriggeredBy">Kept with every nudge.</param>
public sealed record NudgeCommand(TimeSpan Idle, int Limit, bool IsDryRun, string TriggeredBy)
{
    public const string Automation = "automation";
}
