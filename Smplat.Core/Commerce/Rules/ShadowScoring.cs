using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Routing;

namespace Smplat.Core.Commerce.Rules;

/// <summary>
/// Scores a sample of the decisions by every rule, behind the requests. It is a sample: when the queue is full or the
/// database away, verdicts are dropped rather than anything held up.
/// </summary>
public sealed class ShadowScoring(
    ShadowScoreStore store, IOptionsMonitor<RuleOptions> options, TimeProvider clock, ILogger<ShadowScoring> logger)
    : BackgroundService
{
    private const int Capacity = 1024;
    private const int LargestBatch = 64;

    private readonly Channel<(string RouteId, RoutingDecision Decision, DateTimeOffset At)> _queue =
        Channel.CreateBounded<(string, RoutingDecision, DateTimeOffset)>(
            new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    public void Consider(string routeId, RoutingDecision decision)
    {
        if (ShadowScore.IsSampled(routeId, options.CurrentValue.ShadowSamplePercent))
        {
            _queue.Writer.TryWrite((routeId, decision, clock.GetUtcNow()));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await _queue.Reader.WaitToReadAsync(stoppingToken))
            {
                await WriteAsync();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await WriteAsync();
        }
    }

    private async Task WriteAsync()
    {
        var scores = new List<ShadowScore>();
        for (var taken = 0; taken < LargestBatch && _queue.Reader.TryRead(out var sample); taken++)
        {
            scores.AddRange(ShadowScore.Of(sample.RouteId, sample.Decision, sample.At));
        }

        if (scores.Count == 0)
        {
            return;
        }

        try
        {
            await store.AppendAsync(scores, CancellationToken.None);
        }
        catch (Exception exception)
        {
            CommerceLog.ShadowScoresDropped(logger, scores.Count, exception.GetType().Name);
        }
    }
}
