using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Smplat.Core.Database;
using Smplat.Core.Observability;

namespace Smplat.Core.Commerce.Sessions;

/// <summary>
/// Commits routing sessions in groups: while one insert is under way, the decisions that arrive wait together for the next,
/// so that many answers share one commit. A session is committed before its answer is given, or the answer is an outage.
/// </summary>
public sealed class SessionWriter(RoutingSessionStore store, TimeProvider clock, ILogger<SessionWriter> logger)
    : BackgroundService
{
    /// <summary>Decisions that may wait; beyond it callers are turned away at once instead of waiting in vain.</summary>
    public const int Capacity = 4096;

    private const int LargestBatch = 256;

    /// <summary>Longest wait of a caller, from handing over to committed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Channel<Waiting> _queue = Channel.CreateBounded<Waiting>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <returns>True once the session is committed; false when it could not be in time.</returns>
    public async Task<bool> CommitAsync(RoutingSession session, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(session);
        if (!_queue.Writer.TryWrite(waiting))
        {
            return false;
        }

        try
        {
            return await waiting.Committed.Task.WaitAsync(Patience, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            waiting.IsAbandoned = true;
            return false;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Waiting>(LargestBatch);
        try
        {
            while (await _queue.Reader.WaitToReadAsync(stoppingToken))
            {
                Take(batch);
                await CommitBatchAsync(batch);
                batch.Clear();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The last callers still get their commit.
        }

        _queue.Writer.TryComplete();
        for (Take(batch); batch.Count > 0; Take(batch))
        {
            await CommitBatchAsync(batch);
            batch.Clear();
        }
    }

    private void Take(List<Waiting> batch)
    {
        while (batch.Count < LargestBatch && _queue.Reader.TryRead(out var waiting))
        {
            if (!waiting.IsAbandoned)
            {
                batch.Add(waiting);
            }
        }
    }

    private async Task CommitBatchAsync(List<Waiting> batch)
    {
        if (batch.Count == 0)
        {
            return;
        }

        using var activity = StartActivity(batch);
        try
        {
            await store.InsertAsync([.. batch.Select(waiting => waiting.Session)], CancellationToken.None);
            Answer(batch, true);
        }
        catch (Exception exception) when (Transient.IsOutage(exception) || batch.Count == 1)
        {
            activity.Fail(exception);
            CommerceLog.SessionsNotCommitted(logger, batch.Count, exception.GetType().Name, exception);
            Answer(batch, false);
        }
        catch (Exception)
        {
            // One bad row must not cost the others their answer.
            foreach (var waiting in batch.ToArray())
            {
                await CommitBatchAsync([waiting]);
            }
        }
    }

    /// <summary>The commit is a part of the first request's trace, and linked from it to the others that share it.</summary>
    private static Activity? StartActivity(List<Waiting> batch) => SmplatTelemetry.Activities.HasListeners()
        ? SmplatTelemetry.Activities.StartActivity(
            "commit routing sessions",
            ActivityKind.Internal,
            batch[0].Cause,
            links: batch.Skip(1).Select(waiting => new ActivityLink(waiting.Cause)))
        : null;

    private static void Answer(List<Waiting> batch, bool isCommitted)
    {
        foreach (var waiting in batch)
        {
            waiting.Committed.TrySetResult(isCommitted);
        }
    }

    private sealed class Waiting(RoutingSession session)
    {
        public RoutingSession Session => session;

        public TaskCompletionSource<bool> Committed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The request's span.</summary>
        public ActivityContext Cause { get; } = Activity.Current?.Context ?? default;

        public volatile bool IsAbandoned;
    }
}
