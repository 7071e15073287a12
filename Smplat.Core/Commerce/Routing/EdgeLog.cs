using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Commerce.Routing;

/// <summary>
/// Writes <c>edge_logs</c> behind the requests: in groups, within a bounded queue, flushed when the app stops. A full queue
/// makes callers wait a moment (back pressure) before lines are dropped and counted; while the database is away the queue
/// fills and waits. Only a killed process loses the lines of its last moments; the decisions themselves are in their sessions.
/// </summary>
public sealed class EdgeLog : BackgroundService
{
    public const string DroppedCounter = "smplat_edge_log_dropped_total";

    /// <summary>Lines; a routed order writes about seven.</summary>
    private const int Capacity = 50_000;
    private const int LargestGroup = 2000;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestFlush = TimeSpan.FromSeconds(10);

    private readonly GroupCommit<EdgeLogRow> _group;
    private readonly CommerceTally _tally;
    private readonly DurableCounters _counters;
    private readonly ILogger _logger;

    public EdgeLog(EdgeLogStore store, CommerceTally tally, DurableCounters counters, TimeProvider clock, ILogger<EdgeLog> logger)
    {
        (_tally, _counters, _logger) = (tally, counters, logger);
        _group = new(
            new()
            {
                Commit = (rows, _) => store.AppendAsync(rows, CancellationToken.None),
                Settle = Settle,
                Limits = static () => new(Capacity, LargestGroup),
                OutageRetryLimit = TimeSpan.MaxValue,
                StopRetryLimit = LongestFlush,
                OnOutage = (rows, problem) => CommerceLog.EdgeLogWaits(logger, rows.Count, problem.GetType().Name),
            },
            clock);
    }

    /// <summary>Takes the lines of one request.</summary>
    public ValueTask WriteAsync(IReadOnlyList<EdgeLogRow> rows)
    {
        var adding = _group.AddAsync(rows, Patience);
        return adding is { IsCompletedSuccessfully: true, Result: true } ? ValueTask.CompletedTask : FinishAsync(adding, rows.Count);
    }

    /// <summary>Returns when everything accepted before the call is in the table, or was given up.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => _group.FlushAsync(cancellationToken);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _group.RunAsync(stoppingToken);

    private async ValueTask FinishAsync(ValueTask<bool> adding, int count)
    {
        if (!await adding)
        {
            Drop(count, new TimeoutException("The queue of lines is full, or closed."));
        }
    }

    private void Settle(ArraySegment<EdgeLogRow> rows, Exception? problem)
    {
        if (problem is null)
        {
            _tally.Count(rows);
        }
        else
        {
            Drop(rows.Count, problem);
        }
    }

    private void Drop(int count, Exception problem)
    {
        _counters.Add(DroppedCounter, count);
        CommerceLog.EdgeLogDropped(_logger, count, problem.GetType().Name, problem);
    }
}
