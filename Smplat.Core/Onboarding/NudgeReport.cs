namespace Smplat.Core.Onboarding;

/// <summary>What a round found and did.</summary>
/// <param name="Due">Tasks that were due when the round began.</param>
/// <param name="Messages">Messages left in the outbox.</param>
/// <param name="Skipped">Groups without anybody to write to.</param>
public sealed record NudgeReport(IReadOnlyList<NudgeOpportunity> Due, int Messages, int Skipped)
{
    public int Journeys => Due.Select(task => task.JourneyId).Distinct().Count();
}
