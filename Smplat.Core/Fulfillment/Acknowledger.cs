using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Fulfillment;

/// <summary>
/// Records successes. Those that arrive while the last statements run go into the next one, up to the batch size: a single
/// slow task is acknowledged immediately, a flood of tasks in few statements. Size 1 acknowledges each task separately.
/// A success that the database refuses concerns its task alone: it is recorded without its result.
/// </summary>
internal sealed class Acknowledger
{
    private const int Writers = 2;
    private const string WithoutResult = """{"status":"completed","note":"The database refused to store the result."}""";

    private readonly GroupCommit<Success>? _group;
    private readonly SplitCommit<Success> _alone;
    private readonly TaskQueueStore _queue;
    private readonly string _owner;
    private readonly FulfillmentCounters _counters;
    private readonly WorkerRunCounts _counts;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    /// <param name="parts">The parts of the run.</param>
    /// <param name="settings">Batch size and lease. The effect has happened, so recording it is retried for half the lease.</param>
    /// <param name="owner">The owner of the tasks.</param>
    /// <param name="counts">The counts of the run.</param>
    /// <param name="logger">The log of the run.</param>
    /// <param name="ended">Called for every task that was recorded or came too late.</param>
    /// <param name="failed">Called with the error when tasks could not be recorded; their leases expire.</param>
    public Acknowledger(
        WorkerParts parts,
        FulfillmentOptions settings,
        string owner,
        WorkerRunCounts counts,
        ILogger logger,
        Action<LeasedTask> ended,
        Action<Exception> failed)
    {
        (_queue, _counters, _clock, _logger) = (parts.Queue, parts.Counters, parts.Clock, logger);
        (_owner, _counts) = (owner, counts);
        var retryTime = settings.Lease / 2;
        _alone = new(CompleteAsync, Settle, (_, elapsed, _) => elapsed < retryTime, _clock);
        _group = settings.AckBatchSize == 1 ? null : new(
            new()
            {
                Commit = CompleteAsync,
                Settle = Settle,
                Limits = () => new(int.MaxValue, settings.AckBatchSize) { Writers = Writers },
                OutageRetryLimit = retryTime,
                StopRetryLimit = retryTime,
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
                ended(success.Leased);
            }
        }
    }

    /// <summary>Adds a success. Without batches, it returns when the success is recorded.</summary>
    public async ValueTask AddAsync(LeasedTask leased, string result)
    {
        var success = new Success(leased, new(leased.Task, result));
        if (_group is null)
        {
            await _alone.RunAsync(new[] { success });
        }
        else
        {
            _group.TryAdd(success);
        }
    }

    /// <summary>Records successes until closed and nothing is left.</summary>
    public Task RunAsync() => _group?.RunAsync(CancellationToken.None) ?? Task.CompletedTask;

    public void Close() => _group?.Close();

    private async Task CompleteAsync(ArraySegment<Success> successes, int attempt)
    {
        FinishedTask[] finished = [.. successes.Select(success => success.Finished)];
        try
        {
            Count(finished, await CompleteAsync(finished, attempt));
        }
        catch (Exception problem) when (!DatabaseErrors.IsOutage(problem) && (finished.Length == 1 || !DatabaseErrors.IsBadData(problem)))
        {
            // Bad data in a group is found by halves; anything else is settled one by one.
            foreach (var entry in finished)
            {
                await CompleteAloneAsync(entry, problem);
            }
        }
    }

    private async Task CompleteAloneAsync(FinishedTask finished, Exception problem)
    {
        foreach (var entry in new[] { finished, finished with { Result = WithoutResult } })
        {
            try
            {
                Count([entry], await CompleteAsync([entry], attempt: 2));
                return;
            }
            catch (Exception refusal) when (!DatabaseErrors.IsOutage(refusal))
            {
                problem = refusal;
                FulfillmentLog.OutcomeRefused(_logger, entry.Task.Id, Redaction.Redact(problem.Message));
            }
        }

        // Its lease expires, and the takeover counts.
        FulfillmentLog.OutcomeLost(_logger, finished.Task.Id, Redaction.Redact(problem.Message), problem);
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
        _counters.CountProcessed([.. finished.Select(entry => entry.Task).Where(task => completed.Contains(task.Id))]);
    }

    private readonly record struct Success(LeasedTask Leased, FinishedTask Finished);
}
