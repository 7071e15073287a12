namespace Smplat.Core.Operators;

/// <summary>An access review: every key with what it was used for, what was refused, and what to do about it.</summary>
/// <param name="Since">First day that is looked at.</param>
/// <param name="Findings">Sentences that ask for somebody's attention; empty when all is well.</param>
public sealed record KeyReviewReport(
    DateTimeOffset AsOf,
    DateOnly Since,
    int UnusedDays,
    IReadOnlyList<ReviewedKey> Keys,
    IReadOnlyList<KeyUseRow> Retired,
    IReadOnlyList<KeyUseRow> Refused,
    IReadOnlyList<string> Findings);

/// <summary>A configured key with its uses.</summary>
/// <param name="LastUsedAt">Null when it was not used within the window.</param>
public sealed record ReviewedKey(
    string Name,
    string Setting,
    string Fingerprint,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<string> UsedScopes,
    long Uses,
    DateTimeOffset? LastUsedAt,
    bool IsUnused);
