using Smplat.Core.Onboarding;

namespace Smplat.Functions.Onboarding;

/// <summary>A journey as operators read it.</summary>
public sealed record JourneyDetailAnswer(
    Guid JourneyId,
    Guid OrderId,
    string OrderNumber,
    string Status,
    string RiskLevel,
    decimal ProgressPercentage,
    string? ReferralCode,
    DateTimeOffset? StartedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? LastInteractionAt,
    IReadOnlyList<JourneyDetailAnswer.DetailTask> Tasks,
    IReadOnlyList<JourneyDetailAnswer.DetailArtifact> Artifacts,
    IReadOnlyList<InteractionRow> Interactions,
    IReadOnlyList<NudgeAdvice> NudgeOpportunities,
    IReadOnlyList<SegmentRow> PricingExperiments,
    IReadOnlyList<ProviderReference> ProviderAutomation)
{
    public static JourneyDetailAnswer From(JourneyDetail detail) => new(
        detail.Summary.JourneyId,
        detail.Summary.OrderId,
        detail.Summary.OrderNumber,
        detail.Summary.Status,
        detail.Summary.RiskLevel,
        detail.Summary.ProgressPercentage,
        detail.Summary.ReferralCode,
        detail.Summary.StartedAt,
        detail.Summary.UpdatedAt,
        detail.Summary.LastInteractionAt,
        [.. detail.Journey.Tasks.Select(DetailTask.From)],
        [.. detail.Journey.Artifacts.Select(DetailArtifact.From)],
        detail.Interactions,
        detail.NudgeOpportunities,
        detail.Summary.PricingExperiments,
        detail.ProviderAutomation);

    public sealed record DetailTask(
        Guid Id, string Slug, string Title, string Status, DateTimeOffset? DueAt, DateTimeOffset? CompletedAt, DateTimeOffset UpdatedAt)
    {
        internal static DetailTask From(JourneyTask task) =>
            new(task.Id, task.Slug, task.Title, task.Status, task.DueAt, task.CompletedAt, task.UpdatedAt);
    }

    public sealed record DetailArtifact(Guid Id, string Label, bool Required, DateTimeOffset? ReceivedAt, string? Url)
    {
        internal static DetailArtifact From(JourneyArtifact artifact) =>
            new(artifact.Id, artifact.Label, artifact.Required, artifact.ReceivedAt, artifact.Url);
    }
}
