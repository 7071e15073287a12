using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Fulfillment;

/// <summary>
/// Records successes. Whatever has gathered while the last statements ran goes into the next one, up to the batch size, so
/// that a single slow task is acknowledged at once and a flood in few statements. Size 1 acknowledges each by itself.
/// </summary>
internal sealed class Acknowledger
{
    private const int Writers = 2;

    private readonly GroupCommit<Success>? _group;
    private readonly SplitCommit<Success> _alone;
    private readonly TaskQueueStore _queue;
    private readonly string _owner;
    private readonly FulfillmentTally _tally;
    private readonly DrainCounts _counts;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    /// <param name="parts">Of the run.</param>
    /// <param name="settings">Batch size, and the lease: the effect has happened, so recording it is worth half of that.</param>
    /// <param name="owner">Holds the tasks.</param>
    /// <param name="counts">Of the run.</param>
    /// <param name="ended">Called for every task that was recorded, or too late.</param>
    /// <param name="failed">Called with what keeps tasks from being recorded; their leases run out.</param>
    public Acknowledger(
        DrainParts parts, FulfillmentOptions settings, string owner, DrainCounts counts, Action<HeldTask> ended, Action<Exception> failed)
    {
        (_queue, _tally, _clock, _logger) = (parts.Queue, parts.Tally, parts.Clock, parts.Logger);
        (_owner, _counts) = (owner, counts);
        var patience = settings.Lease / 2;
        _alone = new(CompleteAsync, Settle, (_, elapsed, _) => elapsed < patience, _clock);
        _group = settings.AckBatchSize == 1 ? null : new(
            new()
            {
                Commit = CompleteAsync,
                Settle = Settle,
                Limits = () => new(int.MaxValue, settings.AckBatchSize) { Writers = Writers },
                OutageRetryLimit = patience,
                StopRetryLimit = patience,
            },
            _clock);

        void Settle(ArraySegment<Success> successes, Exception? problem)
        {
            if (problem is not null)
            {
                failed(problem);
                return;
            }

            foreach (var success in successes)
            {
                ended(success.Held);
            }
        }
    }

    /// <summary>Takes a success; without batches it returns when that is recorded.</summary>
    public async ValueTask AddAsync(HeldTask held, string result)
    {
        var success = new Success(held, new(held.Task, result));
        if (_group is null)
        {
            await _alone.RunAsync(new[] { success });
        }
        else
        {
            _group.TryAdd(success);
        }
    }

    /// <summary>Records until it is closed and nothing is left.</summary>
    public Task RunAsync() => _group?.RunAsync(CancellationToken.None) ?? Task.CompletedTask;

    public void Close() => _group?.Close();

    private async Task CompleteAsync(ArraySegment<Success> successes, int attempt)
    {
        FinishedTask[] finished = [.. successes.Select(success => success.Finished)];
        Count(finished, await CompleteAsync(finished, attempt));
    }

    private async Task<IReadOnlySet<Guid>> CompleteAsync(FinishedTask[] finished, int attempt)
    {
        var now = _clock.GetUtcNow();
        if (finished.Length == 1 && attempt == 1)
        {
            return await _queue.CompleteAsync(finished[0], _owner, now, CancellationToken.None)
                ? new HashSet<Guid> { finished[0].Task.Id }
                : new HashSet<Guid>();
        }

        var completed = await _queue.CompleteAsync(finished, _owner, now, CancellationToken.None);
        return attempt == 1 || completed.Count == finished.Length
            ? completed
            // The answer to an earlier attempt may have been lost after its commit.
            : await _queue.ListCompletedAsync(finished, CancellationToken.None);
    }

    private void Count(FinishedTask[] finished, IReadOnlySet<Guid> completed)
    {
        var late = 0;
        foreach (var entry in finished.Where(entry => !completed.Contains(entry.Task.Id)))
        {
            FulfillmentLog.LateResult(_logger, entry.Task.Id, entry.Task.Attempt);
            late++;
        }

        _counts.Late(late);
        _counts.Processed(completed.Count);
        _tally.CountProcessed([.. finished.Select(entry => entry.Task).Where(task => completed.Contains(task.Id))]);
    }

    private readonly record struct Success(HeldTask Held, FinishedTask Finished);
}
