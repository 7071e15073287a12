namespace Smplat.Core.Trust;

/// <summary>Where the sums stand, as a step finds it.</summary>
public sealed record RollupState
{
    public DateTimeOffset SealedUntil { get; init; }

    public DateTimeOffset DurationsFrom { get; init; }

    public DateTimeOffset? NextUntil { get; init; }

    /// <summary>Every transaction that was writing when <see cref="NextUntil"/> was announced has ended.</summary>
    public bool MaySeal { get; init; }

    public DateTimeOffset ClockAt { get; init; }

    /// <summary>The oldest closed task, or null.</summary>
    public DateTimeOffset? OldestAt { get; init; }

    public bool HasMarks { get; init; }

    /// <summary>A bound that was announced is kept until it was reached: moving it would put it off for ever.</summary>
    public bool MayAnnounce(DateTimeOffset sealedUntil) => NextUntil is null || (MaySeal && sealedUntil >= NextUntil);
}
