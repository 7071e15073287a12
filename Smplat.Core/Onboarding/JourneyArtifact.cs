namespace Smplat.Core.Onboarding;

/// <summary>Something that the client hands over.</summary>
public sealed record JourneyArtifact
{
    public required Guid Id { get; init; }

    public Guid JourneyId { get; init; }

    public Guid? TaskId { get; init; }

    public required string Label { get; init; }

    public string? Url { get; init; }

    public bool Required { get; init; }

    public DateTimeOffset? ReceivedAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
