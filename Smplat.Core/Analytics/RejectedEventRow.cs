namespace Smplat.Core.Analytics;

/// <summary>A row of the table of rejected events.</summary>
public sealed record RejectedEventRow(
    Guid Id,
    string Source,
    string Naming,
    Guid EventId,
    string? Payload,
    string Code,
    string? Field,
    string Reason,
    string Status,
    long Seen,
    int Attempts,
    DateTimeOffset FirstSeenAt,
    DateTimeOffset LastSeenAt,
    DateTimeOffset? ReplayedAt);
