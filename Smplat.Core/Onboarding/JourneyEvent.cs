namespace Smplat.Core.Onboarding;

/// <summary>A change of a journey, for reports: written with the change or not at all.</summary>
/// <param name="Metadata">JSON object.</param>
public sealed record JourneyEvent(
    Guid JourneyId,
    Guid OrderId,
    Guid? TaskId,
    string EventType,
    string? StatusBefore,
    string? StatusAfter,
    string Metadata,
    DateTimeOffset OccurredAt);
