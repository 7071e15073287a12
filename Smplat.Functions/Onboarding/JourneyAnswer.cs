using Smplat.Core.Onboarding;

namespace Smplat.Functions.Onboarding;

/// <summary>A journey as clients read it.</summary>
public sealed record JourneyAnswer(
    Guid Id,
    Guid OrderId,
    string Status,
    decimal ProgressPercentage,
    string? CurrentStep,
    string? ReferralCode,
    DateTimeOffset? StartedAt,
    DateTimeOffset? CompletedAt,
    IReadOnlyList<TaskAnswer> Tasks,
    IReadOnlyList<ArtifactAnswer> Artifacts)
{
    public static JourneyAnswer From(Journey journey) => new(
        journey.Id,
        journey.OrderId,
        journey.Status,
        journey.ProgressPercentage,
        journey.CurrentStep,
        journey.ReferralCode,
        journey.StartedAt,
        journey.CompletedAt,
        [.. journey.Tasks.Select(TaskAnswer.From)],
        [.. journey.Artifacts.Select(ArtifactAnswer.From)]);
}
