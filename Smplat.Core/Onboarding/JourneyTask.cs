namespace Smplat.Core.Onboarding;

/// <summary>One line of the checklist.</summary>
public sealed record JourneyTask
{
    public required Guid Id { get; init; }

    public Guid JourneyId { get; init; }

    public required string Slug { get; init; }

    public required string Title { get; init; }

    public string? Description { get; init; }

    /// <summary>One of <see cref="JourneyTaskStatus"/>.</summary>
    public required string Status { get; init; }

    public int SortOrder { get; init; }

    public DateTimeOffset? DueAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}
