using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Database;

namespace Smplat.Core.Analytics.Ingestion;

/// <summary>
/// Group commit: while one group is being committed the events of later requests gather, and become the next group. No
/// event is acknowledged before its commit; what waits is bounded by count and bytes, and beyond that callers are sent away.
/// </summary>
public sealed class OfferEventWriter(
    OfferEventCommit commit,
    MigrationGate gate,
    EventCounters counters,
    IOptionsMonitor<IngestionOptions> options,
    TimeProvider clock,
    ILogger<OfferEventWriter> logger) : BackgroundService
{
    /// <summary>
    /// Events from which the next group need not wait for this one. Smaller groups are mostly the price of their commit, which
    /// those that arrive meanwhile share.
    /// </summary>
    private const int SideBySideFrom = 250;

    private readonly Channel<OfferEventWrite> _queue = Channel.CreateUnbounded<OfferEventWrite>();
    private long _waitingEvents;
    private long _waitingBytes;

    public long WaitingEvents => Interlocked.Read(ref _waitingEvents);

    /// <summary>Queues the events of a request; null when there is no room for them.</summary>
    public OfferEventWrite? TryQueue(IReadOnlyList<OfferEvent> events)
    {
        var settings = options.CurrentValue;
        var write = new OfferEventWrite(
            events, clock.GetUtcNow() + TimeSpan.FromMilliseconds(settings.WriteTimeoutMilliseconds));
        var count = Interlocked.Add(ref _waitingEvents, events.Count);
        var bytes = Interlocked.Add(ref _waitingBytes, write.Bytes);

        // A single request that is larger than the whole queue still passes through an empty one.
        var isAlone = count == events.Count;
        var fits = isAlone || (count <= settings.MaxQueuedEvents && bytes <= settings.MaxQueuedMegabytes * 1_048_576L);
        if (fits && _queue.Writer.TryWrite(write))
        {
            return write;
        }

        Release(write);
        return null;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // What was queued is still committed: its callers are waiting.
        _queue.Writer.TryComplete();
        if (ExecuteTask is { } loops)
        {
            await Task.WhenAny(loops, Task.Delay(Timeout.Infinite, cancellationToken));
        }

        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await gate.WaitAsync(stoppingToken);
        var running = new List<Task>();
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            var (group, count) = Take();
            if (count == 0)
            {
                continue;
            }

            running.Add(WriteAsync(group, count, stoppingToken));
            var most = count < SideBySideFrom ? 1 : options.CurrentValue.Writers;
            while (running.Count >= most)
            {
                running.Remove(await Task.WhenAny(running));
            }
        }

        await Task.WhenAll(running);
    }

    private (List<OfferEventWrite> Group, int Count) Take()
    {
        var (group, count) = (new List<OfferEventWrite>(), 0);
        while (count < options.CurrentValue.MaxGroupEvents && _queue.Reader.TryRead(out var write))
        {
            count += write.Events.Count;
            group.Add(write);
        }

        return (group, count);
    }

    private async Task WriteAsync(List<OfferEventWrite> group, int count, CancellationToken stoppingToken)
    {
        var startedAt = clock.GetTimestamp();
        try
        {
            await commit.StoreAsync(group, stoppingToken);
            counters.GroupStored(group, count, clock.GetElapsedTime(startedAt));
            group.ForEach(write => write.Complete());
        }
        catch (Exception exception)
        {
            // Every caller learns of it; the loop must live on for those who come after.
            AnalyticsLog.GroupFailed(logger, count, exception.GetType().Name);
            group.ForEach(write => write.Fail(exception));
        }
        finally
        {
            group.ForEach(Release);
        }
    }

    private void Release(OfferEventWrite write)
    {
        Interlocked.Add(ref _waitingEvents, -write.Events.Count);
        Interlocked.Add(ref _waitingBytes, -write.Bytes);
    }
}
