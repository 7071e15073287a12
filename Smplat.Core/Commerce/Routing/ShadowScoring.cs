using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Routing;

/// <summary>
/// Scores a sample of the decisions by every rule, behind the requests. It is a sample: when the queue is full or the
/// database away, verdicts are dropped rather than anything held up.
/// </summary>
public sealed class ShadowScoring : BackgroundService
{
    private const int Capacity = 1024;
    private const int LargestGroup = 64;

    private readonly GroupCommit<Sample> _group;
    private readonly IOptionsMonitor<RuleOptions> _options;
    private readonly TimeProvider _clock;

    public ShadowScoring(ShadowScoreStore store, IOptionsMonitor<RuleOptions> options, TimeProvider clock, ILogger<ShadowScoring> logger)
    {
        (_options, _clock) = (options, clock);
        _group = new(
            new()
            {
                Commit = (samples, _) => store.AppendAsync(Score(samples), CancellationToken.None),
                Settle = (samples, problem) =>
                {
                    if (problem is not null)
                    {
                        CommerceLog.ShadowScoresDropped(logger, Score(samples).Count, problem.GetType().Name);
                    }
                },
                Limits = static () => new(Capacity, LargestGroup),
            },
            clock);
    }

    public void Consider(string routeId, RoutingDecision decision)
    {
        if (ShadowScore.IsSampled(routeId, _options.CurrentValue.ShadowSamplePercent))
        {
            _group.TryAdd(new Sample(routeId, decision, _clock.GetUtcNow()));
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _group.RunAsync(stoppingToken);

    private static List<ShadowScore> Score(ArraySegment<Sample> samples) =>
        [.. samples.SelectMany(sample => ShadowScore.Of(sample.RouteId, sample.Decision, sample.At))];

    private sealed record Sample(string RouteId, RoutingDecision Decision, DateTimeOffset At);
}
