namespace Smplat.Core.Billing;

/// <summary>The session that takes another's place.</summary>
public sealed record Successor(
    Guid Id,
    string SessionId,
    string Url,
    DateTimeOffset ExpiresAt,
    string Metadata,
    string? Notes,
    int RetryCount,
    DateTimeOffset NextRetryAt);
