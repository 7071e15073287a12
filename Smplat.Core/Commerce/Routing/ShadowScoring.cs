using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Routing;

/// <summary>
/// Scores a sample of the decisions by every rule, in the background. When the queue is full or the database unavailable,
/// scores are dropped rather than delaying anything.
/// </summary>
public sealed class ShadowScoring : BackgroundService
{
    private const int Capacity = 1024;
    private const int LargestGroup = 64;

    private readonly GroupCommit<Sample> _group;
    private readonly IOptionsMonitor<ScoringOptions> _options;
    private readonly TimeProvider _clock;

    public ShadowScoring(ShadowScoreStore store, IOptionsMonitor<ScoringOptions> options, TimeProvider clock, ILogger<ShadowScoring> logger)
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
        [.. samples.SelectMany(sample => ShadowScore.From(sample.RouteId, sample.Decision, sample.At))];

    private sealed record Sample(string RouteId, RoutingDecision Decision, DateTimeOffset At);
}

/// <summary>The score that a rule gives one quote of a decision, whichever rule made the decision.</summary>
public sealed record ShadowScore(
    string RouteId, string Rule, ScoreBreakdown Score, ScoreWeights Weights, bool WasSelected, bool WasRouted, DateTimeOffset CreatedAt)
{
    public static IEnumerable<ShadowScore> From(string routeId, RoutingDecision decision, DateTimeOffset now)
    {
        var inputs = decision.Ranked.Select(ranked => ranked.Score.Input with { PriceBasisCents = ranked.TotalCents }).ToArray();
        foreach (var (name, rule) in ScoreRule.All)
        {
            var ranked = Scorer.Rank(inputs, decision.Order.Basket.Items.Count, decision.Weights, rule);
            for (var rank = 0; rank < ranked.Length; rank++)
            {
                yield return new ShadowScore(
                    routeId,
                    name,
                    ranked[rank],
                    decision.Weights,
                    rank == 0,
                    ranked[rank].Provider == decision.Winner.Config.Id,
                    now);
            }
        }
    }

    /// <summary>A request is sampled on every instance or on none, and a larger share includes every smaller one.</summary>
    public static bool IsSampled(string routeId, int percent) => percent > 0 && Bucket(routeId) < percent;

    private static int Bucket(string routeId)
    {
        var hash = 2166136261u;
        foreach (var letter in routeId)
        {
            hash = unchecked((hash ^ letter) * 16777619u);
        }

        return (int)(hash % 100);
    }
}
