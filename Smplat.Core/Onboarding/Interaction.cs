namespace Smplat.Core.Onboarding;

/// <summary>A touch between us and the client.</summary>
/// <param name="ActorType">One of <see cref="Actor"/>.</param>
/// <param name="Channel">One of <see cref="Onboarding.Channel"/>.</param>
/// <param name="Metadata">JSON object.</param>
public sealed record Interaction(
    Guid JourneyId,
    Guid? TaskId,
    string ActorType,
    string Channel,
    string Summary,
    string? Details,
    string Metadata,
    DateTimeOffset CreatedAt);
