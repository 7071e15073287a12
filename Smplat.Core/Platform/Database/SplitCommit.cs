using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Platform.Database;

/// <summary>
/// Commits rows together. Rows that the database refuses are found by halving, so that each costs only itself; an outage is
/// no bad row, and is waited out for as long as that is worthwhile. Every row is settled exactly once, in order.
/// </summary>
/// <param name="commit">Commits all rows given or none; the number is the attempt, from 1, and above 1 an earlier answer may be lost.</param>
/// <param name="settle">Rows that are committed (null), or why they are not. It must not throw.</param>
/// <param name="isWorthwhile">Whether to try the rows again after this outage, so long after the first attempt.</param>
/// <param name="clock">For the waits in between.</param>
public sealed class SplitCommit<T>(
    Func<ArraySegment<T>, int, Task> commit,
    Action<ArraySegment<T>, Exception?> settle,
    Func<ArraySegment<T>, TimeSpan, Exception, bool> isWorthwhile,
    TimeProvider clock)
{
    private static readonly Backoff Waits = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(500)) { Jitter = Jitter.Equal };

    /// <returns>What kept sound rows from being committed; null when each row was committed or refused for its own sake.</returns>
    public Task<Exception?> RunAsync(ArraySegment<T> rows) => RunAsync(rows, 1, clock.GetTimestamp());

    private async Task<Exception?> RunAsync(ArraySegment<T> rows, int attempt, long begun)
    {
        Exception? problem;
        while ((problem = await TryAsync(rows, attempt)) is not null
            && Transient.IsOutage(problem) && isWorthwhile(rows, clock.GetElapsedTime(begun), problem))
        {
            await Task.Delay(Waits.After(attempt, Random.Shared.NextDouble()), clock);
            attempt++;
        }

        if (problem is null || rows.Count == 1 || !RefusedData.IsCauseOf(problem))
        {
            settle(rows, problem);
            return problem is not null && RefusedData.IsCauseOf(problem) ? null : problem;
        }

        var half = rows.Count / 2;
        if (await RunAsync(rows[..half], attempt, begun) is not { } first)
        {
            return await RunAsync(rows[half..], attempt, begun);
        }

        // What stopped the one half is no fault of the other, but would stop it as well.
        settle(rows[half..], first);
        return first;
    }

    private async Task<Exception?> TryAsync(ArraySegment<T> rows, int attempt)
    {
        try
        {
            await commit(rows, attempt);
            return null;
        }
        catch (Exception problem)
        {
            return problem;
        }
    }
}
