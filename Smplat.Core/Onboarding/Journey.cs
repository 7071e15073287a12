namespace Smplat.Core.Onboarding;

/// <summary>A client's way from the purchase to the start of the work.</summary>
public sealed record Journey
{
    public required Guid Id { get; init; }

    public required Guid OrderId { get; init; }

    /// <summary>One of <see cref="JourneyStatus"/>.</summary>
    public required string Status { get; init; }

    public string? CurrentStep { get; init; }

    public string? ReferralCode { get; init; }

    /// <summary>What the storefront told about the purchase, as JSON.</summary>
    public string Context { get; init; } = "{}";

    public decimal ProgressPercentage { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>In the order of the checklist.</summary>
    public IReadOnlyList<JourneyTask> Tasks { get; init; } = [];

    /// <summary>In the order of their making.</summary>
    public IReadOnlyList<JourneyArtifact> Artifacts { get; init; } = [];
}
