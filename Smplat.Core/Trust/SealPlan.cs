namespace Smplat.Core.Trust;

/// <summary>Which hours to sum next.</summary>
/// <param name="FromAt">First hour.</param>
/// <param name="UntilAt">The hour after the last.</param>
/// <param name="DurationsFrom">Durations of hours before it are not kept.</param>
public sealed record SealPlan(DateTimeOffset FromAt, DateTimeOffset UntilAt, DateTimeOffset DurationsFrom)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Null when nothing is due, or transactions that began earlier are still running.</summary>
    public static SealPlan? Of(RollupState state, RollupBounds bounds)
    {
        if (!state.MaySeal || state.NextUntil is not { } next || next <= state.SealedUntil)
        {
            return null;
        }

        var from = state.SealedUntil > DateTimeOffset.MinValue ? state.SealedUntil : FloorHour(state.OldestAt ?? next);
        if (from >= next)
        {
            // Nothing is closed that is old enough; the bound moves all the same.
            return new(next, next, next - bounds.DurationsKept);
        }

        var until = next - from > bounds.Stride ? from + bounds.Stride : next;
        return new(from, until, next - bounds.DurationsKept);
    }

    private static DateTimeOffset FloorHour(DateTimeOffset instant) =>
        new(instant.UtcTicks - (instant.UtcTicks % Hour.Ticks), TimeSpan.Zero);
}
