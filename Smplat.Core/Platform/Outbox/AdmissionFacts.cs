namespace Smplat.Core.Platform.Outbox;

/// <summary>What decides whether a message may go out now.</summary>
/// <param name="Person">Null for messages to operators, and for people who are gone.</param>
/// <param name="RecentCount">Restrained messages let through for the person in the last 24 hours.</param>
/// <param name="LastOfKindAt">When the last one of this kind was let through for the person.</param>
/// <param name="BlockReason">Why mail must not go to the address, if so.</param>
public sealed record AdmissionFacts(
    Person? Person,
    NotificationPreferences Preferences,
    string? Address,
    int RecentCount,
    DateTimeOffset? LastOfKindAt,
    string? BlockReason);
