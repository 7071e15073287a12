using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Scoring;

/// <summary>Acceptance list R4 to R7, with the exact scores, and the rules of ties and margins.</summary>
public sealed class RouterScorerTests
{
    [Test]
    public void Price_prefers_the_cheaper_provider() => Expect(
        OptimizeFor.Price,
        (Quote(ProviderId.MealMe, 5900, 45), 97.5m),
        (Quote(ProviderId.WalmartApi, 4060, 90), 140m));

    [Test]
    public void Speed_prefers_the_faster_provider() => Expect(
        OptimizeFor.Speed,
        (Quote(ProviderId.KrogerApi, 5295, 150), 95m),
        (Quote(ProviderId.MealMe, 5350, 40), 127.5m));

    [Test]
    [Prevents("S-1")]
    public void Margin_prefers_the_higher_commission() => Expect(
        OptimizeFor.Margin,
        (Quote(ProviderId.Instacart, 5000, 45, rate: 0.02m), 111.5m),
        (Quote(ProviderId.MealMe, 5000, 45, rate: 0.05m), 151.5m));

    [Test]
    public void A_high_priority_can_outweigh_price_and_speed() => Expect(
        OptimizeFor.Balanced,
        (Quote(ProviderId.MealMe, 5350, 45), 125m),
        (Quote(ProviderId.KrogerApi, 5945, 150, priority: 80), 130m));

    [Test]
    public void Ties_go_to_the_preferred_then_the_cheaper_then_the_faster_then_by_id()
    {
        var weights = new ScoreWeights(0, 0, 0, 0, 0, 0);
        ScoreInput[] quotes =
        [
            Quote(ProviderId.MealMe, 5000, 45) with { Priority = 10 },
            Quote(ProviderId.WalmartApi, 5000, 45),
            Quote(ProviderId.KrogerApi, 5000, 45),
            Quote(ProviderId.Instacart, 9000, 90) with { IsPreferred = true },
        ];

        var ranked = Scorer.Rank(quotes, 2, weights);

        Assert.That(
            ranked.Select(score => score.Provider),
            Is.EqualTo(new[] { ProviderId.Instacart, ProviderId.KrogerApi, ProviderId.WalmartApi, ProviderId.MealMe }));
    }

    [Test]
    [Prevents("S-2")]
    public void Two_known_margin_rates_replace_the_commission_and_a_known_zero_counts()
    {
        var ranked = Scorer.Rank(
            [
                Quote(ProviderId.MealMe, 5000, 45) with { Stats = new ProviderStats(90, 0, 10) },
                Quote(ProviderId.KrogerApi, 5000, 45) with { Stats = new ProviderStats(90, 4, 10) },
                Quote(ProviderId.Instacart, 5000, 45),
            ],
            2,
            ScoreWeights.Default).ToDictionary(score => score.Provider);

        Assert.That(ranked[ProviderId.KrogerApi].MarginScore, Is.EqualTo(100));
        Assert.That(ranked[ProviderId.MealMe].MarginScore, Is.Zero);
        Assert.That(ranked[ProviderId.Instacart], Has.Property("MarginScore").EqualTo(50).And.Property("MarginSource").EqualTo(MarginSource.Unknown));
    }

    private static void Expect(OptimizeFor preference, (ScoreInput Quote, decimal Score) loser, (ScoreInput Quote, decimal Score) winner)
    {
        var ranked = Scorer.Rank([loser.Quote, winner.Quote], 2, ScoreWeights.Default.For(preference));

        Assert.That(ranked[0].Provider, Is.EqualTo(winner.Quote.Provider));
        Assert.That(ranked[0].WeightedTotal, Is.EqualTo(winner.Score));
        Assert.That(ranked[1].WeightedTotal, Is.EqualTo(loser.Score));
    }

    private static ScoreInput Quote(ProviderId id, long total, int eta, int priority = 50, decimal rate = 0.03m) =>
        new(id, priority, total, total, eta, 2, 0, rate);
}
