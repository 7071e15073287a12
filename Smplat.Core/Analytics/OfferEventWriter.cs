using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Analytics;

/// <summary>
/// Gathers the events of requests and commits them in groups. No event is acknowledged before its commit; what waits is
/// bounded by count and bytes, and beyond that callers are sent away.
/// </summary>
public sealed class OfferEventWriter : BackgroundService
{
    /// <summary>Events from which the next group need not wait for this one.</summary>
    private const int ConcurrentFrom = 250;

    private readonly GroupCommit<OfferEventWrite> _group;
    private readonly OfferEventCommit _commit;
    private readonly MigrationGate _gate;
    private readonly EventCounters _counters;
    private readonly IOptionsMonitor<IngestionOptions> _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    public OfferEventWriter(
        OfferEventCommit commit,
        MigrationGate gate,
        EventCounters counters,
        IOptionsMonitor<IngestionOptions> options,
        TimeProvider clock,
        ILogger<OfferEventWriter> logger)
    {
        (_commit, _gate, _counters, _options, _clock, _logger) = (commit, gate, counters, options, clock, logger);
        _group = new(
            new()
            {
                Commit = StoreAsync,
                Settle = Settle,
                Limits = Limits,
                RowsOf = static write => write.Events.Count,
                BytesOf = static write => write.Bytes,
            },
            clock);
    }

    public long WaitingEvents => _group.Waiting;

    /// <summary>Queues the events of a request; null when there is no room for them.</summary>
    public OfferEventWrite? TryQueue(IReadOnlyList<OfferEvent> events)
    {
        var write = new OfferEventWrite(
            events, _clock.GetUtcNow() + TimeSpan.FromMilliseconds(_options.CurrentValue.WriteTimeoutMilliseconds));
        return _group.TryAdd(write) ? write : null;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ((Task)_gate.WaitAsync(stoppingToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // Also when the app stops before the schema is there: those who wait are to get an answer.
        await _group.RunAsync(stoppingToken);
    }

    private GatherLimits Limits()
    {
        var settings = _options.CurrentValue;
        return new(settings.MaxQueuedEvents, settings.MaxGroupEvents)
        {
            MaxBytes = settings.MaxQueuedMegabytes * 1_048_576L,
            Writers = settings.Writers,
            ConcurrentFrom = ConcurrentFrom,
        };
    }

    private async Task StoreAsync(ArraySegment<OfferEventWrite> group, int attempt)
    {
        var startedAt = _clock.GetTimestamp();
        await _commit.StoreAsync(group, CancellationToken.None);
        _counters.GroupStored(group, group.Sum(static write => write.Events.Count), _clock.GetElapsedTime(startedAt));
    }

    private void Settle(ArraySegment<OfferEventWrite> group, Exception? problem)
    {
        if (problem is not null)
        {
            AnalyticsLog.GroupFailed(_logger, group.Sum(static write => write.Events.Count), problem.GetType().Name);
        }

        foreach (var write in group)
        {
            write.Settle(problem);
        }
    }
}
