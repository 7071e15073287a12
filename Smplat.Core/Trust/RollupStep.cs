namespace Smplat.Core.Trust;

/// <summary>What one step did.</summary>
/// <param name="RepairedHours">Hours summed again because their tasks had changed.</param>
/// <param name="HasSealed">Whether hours were summed for the first time.</param>
/// <param name="SealedUntil">Hours before it are in the sums.</param>
/// <param name="HasAnnounced">Whether there is more to sum as soon as running transactions have ended.</param>
public sealed record RollupStep(int RepairedHours, bool HasSealed, DateTimeOffset SealedUntil, bool HasAnnounced)
{
    public bool IsWorthAnother => RepairedHours > 0 || HasSealed || HasAnnounced;
}
