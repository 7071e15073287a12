using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>A rule's verdict on one quote of a decision that was made by another rule, or the same.</summary>
public sealed record ShadowScore(
    string RouteId, string Rule, ScoreBreakdown Score, ScoreWeights Weights, bool WasSelected, bool WasRouted, DateTimeOffset CreatedAt)
{
    public static IEnumerable<ShadowScore> Of(string routeId, RoutingDecision decision, DateTimeOffset now)
    {
        var inputs = decision.Ranked.Select(ranked => ranked.Score.Input with { PriceBasisCents = ranked.TotalCents }).ToArray();
        foreach (var (name, rule) in ScoreRule.All)
        {
            var ranked = RuleScorer.Rank(inputs, decision.Order.Basket.Items.Count, decision.Weights, rule);
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

    /// <summary>The same request is sampled on every instance, and a larger share contains a smaller one.</summary>
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
