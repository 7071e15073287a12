namespace Smplat.Core.Operators;

/// <summary>How often, and when first and last.</summary>
public readonly record struct KeyUseTally(long Uses, DateTimeOffset FirstUsedAt, DateTimeOffset LastUsedAt)
{
    public KeyUseTally And(KeyUseTally other) => Uses == 0 ? other : new(
        Uses + other.Uses,
        FirstUsedAt < other.FirstUsedAt ? FirstUsedAt : other.FirstUsedAt,
        LastUsedAt > other.LastUsedAt ? LastUsedAt : other.LastUsedAt);
}
