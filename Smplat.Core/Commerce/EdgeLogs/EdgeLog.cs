using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Smplat.Core.Commerce.Metrics;
using Smplat.Core.Database;
using Smplat.Core.Observability.Counters;

namespace Smplat.Core.Commerce.EdgeLogs;

/// <summary>
/// Writes <c>edge_logs</c> behind the requests: in batches, within a bounded queue, flushed when the app stops. A full queue
/// makes callers wait a moment (back pressure) before lines are dropped and counted. Only a killed process loses the lines
/// of its last moments; the decisions themselves are in their sessions.
/// </summary>
public sealed class EdgeLog(
    EdgeLogStore store, CommerceTally tally, DurableCounters counters, TimeProvider clock, ILogger<EdgeLog> logger)
    : BackgroundService
{
    public const string DroppedCounter = "smplat_edge_log_dropped_total";

    private const int Capacity = 8192;
    private const int LargestBatch = 2000;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestFlush = TimeSpan.FromSeconds(10);

    private readonly Channel<IReadOnlyList<EdgeLogRow>> _queue = Channel.CreateBounded<IReadOnlyList<EdgeLogRow>>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private long _accepted;
    private long _settled;

    /// <summary>Takes the lines of one request.</summary>
    public ValueTask WriteAsync(IReadOnlyList<EdgeLogRow> rows)
    {
        Interlocked.Increment(ref _accepted);
        return _queue.Writer.TryWrite(rows) ? ValueTask.CompletedTask : WaitAsync(rows);
    }

    /// <summary>Returns when everything accepted before the call is in the table, or was given up.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var goal = Interlocked.Read(ref _accepted);
        while (Interlocked.Read(ref _settled) < goal)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var rows = new List<EdgeLogRow>(LargestBatch);
        try
        {
            while (await _queue.Reader.WaitToReadAsync(stoppingToken))
            {
                await WriteBatchAsync(rows, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is queued is written below.
        }

        _queue.Writer.TryComplete();
        using var limit = new CancellationTokenSource(LongestFlush, clock);
        while (_queue.Reader.TryPeek(out _) && !limit.IsCancellationRequested)
        {
            await WriteBatchAsync(rows, limit.Token);
        }
    }

    private async Task WriteBatchAsync(List<EdgeLogRow> rows, CancellationToken cancellationToken)
    {
        var taken = 0;
        while (rows.Count < LargestBatch && _queue.Reader.TryRead(out var lines))
        {
            rows.AddRange(lines);
            taken++;
        }

        await AppendAsync(rows, cancellationToken);
        rows.Clear();
        Interlocked.Add(ref _settled, taken);
    }

    /// <summary>Repeats a batch for as long as the database is away: the queue fills meanwhile and holds callers back.</summary>
    private async Task AppendAsync(List<EdgeLogRow> rows, CancellationToken cancellationToken)
    {
        for (var isDone = false; !isDone;)
        {
            isDone = await TryAppendAsync(rows, cancellationToken);
        }
    }

    private async Task<bool> TryAppendAsync(List<EdgeLogRow> rows, CancellationToken cancellationToken)
    {
        try
        {
            // A batch that has begun is finished, also when the app is stopping.
            await store.AppendAsync(rows, CancellationToken.None);
            tally.Count(rows);
            return true;
        }
        catch (Exception exception) when (Transient.IsOutage(exception) && !cancellationToken.IsCancellationRequested)
        {
            CommerceLog.EdgeLogWaits(logger, rows.Count, exception.GetType().Name);
            await Task.Delay(Pause, clock, CancellationToken.None);
            return false;
        }
        catch (Exception exception) when (RefusedData.IsCauseOf(exception) && rows.Count > 1)
        {
            // One line that the database refuses must not cost the others: halves lead to it.
            var half = rows.Count / 2;
            await AppendAsync(rows[..half], cancellationToken);
            await AppendAsync(rows[half..], cancellationToken);
            return true;
        }
        catch (Exception exception)
        {
            Drop(rows.Count, exception);
            return true;
        }
    }

    private async ValueTask WaitAsync(IReadOnlyList<EdgeLogRow> rows)
    {
        using var limit = new CancellationTokenSource(Patience, clock);
        try
        {
            await _queue.Writer.WriteAsync(rows, limit.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ChannelClosedException)
        {
            Interlocked.Increment(ref _settled);
            Drop(rows.Count, exception);
        }
    }

    private void Drop(int count, Exception exception)
    {
        counters.Add(DroppedCounter, count);
        CommerceLog.EdgeLogDropped(logger, count, exception.GetType().Name, exception);
    }
}
