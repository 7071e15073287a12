namespace Smplat.Core.Onboarding;

/// <summary>One line of the operators' list.</summary>
public sealed record JourneySummary
{
    public required Guid JourneyId { get; init; }

    public required Guid OrderId { get; init; }

    public required string OrderNumber { get; init; }

    public required string Status { get; init; }

    /// <summary><c>low</c>, <c>medium</c> or <c>high</c>.</summary>
    public string RiskLevel { get; init; } = "low";

    public decimal ProgressPercentage { get; init; }

    public string? ReferralCode { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? LastInteractionAt { get; init; }

    public long TotalTasks { get; init; }

    public long CompletedTasks { get; init; }

    public long OverdueTasks { get; init; }

    public long AwaitingArtifacts { get; init; }

    public IReadOnlyList<SegmentRow> PricingExperiments { get; init; } = [];
}
