using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Smplat.Core.Database;
using Smplat.Core.Fulfillment.Figures;

namespace Smplat.Core.Fulfillment.Worker;

/// <summary>
/// Records successes. Whatever has gathered while the last statement ran goes into the next one, up to the batch size, so
/// that a single slow task is acknowledged at once and a flood in few statements. Size 1 acknowledges each by itself.
/// </summary>
internal sealed class Acknowledger(
    TaskQueueStore queue,
    string owner,
    int batchSize,
    TimeSpan patience,
    FulfillmentTally tally,
    DrainCounts counts,
    TimeProvider clock,
    ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Channel<(HeldTask Held, FinishedTask Finished)> _finished =
        Channel.CreateUnbounded<(HeldTask, FinishedTask)>();

    public bool IsBatched => batchSize > 1;

    public void Add(HeldTask held, FinishedTask finished) => _finished.Writer.TryWrite((held, finished));

    public void Close() => _finished.Writer.TryComplete();

    /// <summary>Acknowledges until closed. <paramref name="ended"/> is called for every task, recorded or too late.</summary>
    public async Task RunAsync(Action<HeldTask> ended)
    {
        var batch = new List<(HeldTask Held, FinishedTask Finished)>(batchSize);
        while (await _finished.Reader.WaitToReadAsync())
        {
            while (batch.Count < batchSize && _finished.Reader.TryRead(out var entry))
            {
                batch.Add(entry);
            }

            await RecordAsync([.. batch.Select(entry => entry.Finished)]);
            foreach (var (held, _) in batch)
            {
                ended(held);
            }

            batch.Clear();
        }
    }

    public async Task RecordAsync(IReadOnlyList<FinishedTask> finished)
    {
        var begun = clock.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Count(finished, await CompleteAsync(finished, attempt));
                return;
            }
            catch (Exception exception) when (Transient.IsOutage(exception) && clock.GetElapsedTime(begun) < patience)
            {
                // The effect has happened: recording it is worth waiting for as long as the lease stands.
                await Task.Delay(Pause, clock);
            }
        }
    }

    private async Task<IReadOnlySet<Guid>> CompleteAsync(IReadOnlyList<FinishedTask> finished, int attempt)
    {
        var now = clock.GetUtcNow();
        if (finished.Count == 1 && attempt == 1)
        {
            return await queue.CompleteAsync(finished[0], owner, now, CancellationToken.None)
                ? new HashSet<Guid> { finished[0].Task.Id }
                : new HashSet<Guid>();
        }

        var completed = await queue.CompleteAsync(finished, owner, now, CancellationToken.None);
        return attempt == 1 || completed.Count == finished.Count
            ? completed
            // The answer to an earlier attempt may have been lost after its commit.
            : await queue.ListCompletedAsync(finished, CancellationToken.None);
    }

    private void Count(IReadOnlyList<FinishedTask> finished, IReadOnlySet<Guid> completed)
    {
        var late = 0;
        foreach (var entry in finished.Where(entry => !completed.Contains(entry.Task.Id)))
        {
            FulfillmentLog.LateResult(logger, entry.Task.Id, entry.Task.Attempt);
            late++;
        }

        counts.Late(late);
        counts.Processed(completed.Count);
        tally.CountProcessed([.. finished.Select(entry => entry.Task).Where(task => completed.Contains(task.Id))]);
    }
}
