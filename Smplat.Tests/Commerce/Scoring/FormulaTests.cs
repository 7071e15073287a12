using System.Diagnostics;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Scoring;

/// <summary>The acceptance list of the formula, with the three offers that all cases use.</summary>
public sealed class FormulaTests
{
    private static readonly ScoreInput MealMe = Quote(ProviderId.MealMe, 4924, 45, 0.05m);
    private static readonly ScoreInput Instacart = Quote(ProviderId.Instacart, 4592, 60, 0.07m);
    private static readonly ScoreInput Walmart = Quote(ProviderId.WalmartApi, 4360, 90, 0.03m);

    [TestCase(4924, 0)]
    [TestCase(4592, 59)]
    [TestCase(4360, 100)]
    public void Price_is_scored_between_the_cheapest_and_the_most_expensive(long total, int expected) =>
        Assert.That(ScoreComponents.LowerIsBetter(total, 4360, 4924), Is.EqualTo(expected));

    [TestCase(45, 100)]
    [TestCase(60, 67)]
    [TestCase(90, 0)]
    public void Speed_is_scored_between_the_fastest_and_the_slowest(int minutes, int expected) =>
        Assert.That(ScoreComponents.LowerIsBetter(minutes, 45, 90), Is.EqualTo(expected));

    [TestCase(2, 0, 2, 100)]
    [TestCase(1, 1, 2, 90)]
    [TestCase(0, 0, 2, 0)]
    [TestCase(0, 0, 0, 100)]
    [TestCase(5, 0, 2, 100)]
    public void Availability_counts_a_substitute_as_four_fifths(int found, int substituted, int requested, int expected) =>
        Assert.That(ScoreComponents.Availability(found, substituted, requested), Is.EqualTo(expected));

    [Test]
    public void The_highest_commission_revenue_scores_100_and_the_lowest_0()
    {
        var scores = Rank(OptimizeFor.Balanced, ScoreWeights.Default, MealMe, Instacart, Walmart);

        Assert.That(scores[ProviderId.Instacart].MarginScore, Is.EqualTo(100));
        Assert.That(scores[ProviderId.WalmartApi].MarginScore, Is.Zero);
    }

    [Test]
    public void Default_weights_without_priority_give_the_published_range()
    {
        var score = Weigh(
            Instacart, 50, ScoreWeights.Default with { Priority = 0 }, 59, 67, 100, 60, 75);

        Assert.That(score.WeightedTotal, Is.InRange(70m, 75m));
    }

    [Test]
    public void The_price_preset_lets_a_cheap_slow_offer_pass_60()
    {
        var preset = new ScoreWeights(0, 0.50m, 0.10m, 0.20m, 0.10m, 0.10m);

        var score = Weigh(Walmart, 50, preset, 100, 0, 90, 0, 70);

        Assert.That(score.WeightedTotal, Is.GreaterThan(60m));
    }

    [Test]
    public void Equal_offers_and_a_single_offer_score_100_in_relative_components()
    {
        var equal = Rank(
            OptimizeFor.Balanced, ScoreWeights.Default, MealMe, MealMe with { Provider = ProviderId.KrogerApi });
        var alone = Rank(OptimizeFor.Balanced, ScoreWeights.Default, Walmart);

        Assert.That(equal.Values.Select(score => score.PriceScore), Is.All.EqualTo(100));
        Assert.That(alone[ProviderId.WalmartApi].PriceScore, Is.EqualTo(100));
        Assert.That(alone[ProviderId.WalmartApi].SpeedScore, Is.EqualTo(100));
        Assert.That(alone[ProviderId.WalmartApi].MarginScore, Is.EqualTo(100));
    }

    [Test]
    public void Factors_list_the_strong_components_and_nothing_else()
    {
        var strong = Weigh(
            MealMe with { Priority = 60 }, 60, ScoreWeights.Default, 81, 100, 90, 81, 81);
        var weak = Weigh(MealMe, 50, ScoreWeights.Default, 80, 80, 80, 80, 80);

        Assert.That(strong.Factors, Is.EqualTo(new[]
        {
            "PREFERRED_PROVIDER", "COMPETITIVE_PRICING", "FAST_DELIVERY", "MOST_ITEMS_AVAILABLE", "GOOD_COMMISSION", "RELIABLE_SERVICE",
        }));
        Assert.That(weak.Factors, Is.Empty);
    }

    [Test]
    public void Our_commission_is_not_mentioned_to_shoppers()
    {
        var text = ScoreFactors.Explain("MealMe", ["FAST_DELIVERY", "ALL_ITEMS_IN_STOCK", "GOOD_COMMISSION"], isWinner: true);

        Assert.That(text, Is.EqualTo("MealMe was chosen for fast delivery and having every item in stock."));
    }

    /// <summary>
    /// The three offers of the documents, without priority. Their speed case has no commission in it; with the commission of this
    /// order Instacart would lead by 0.375.
    /// </summary>
    [TestCase(OptimizeFor.Price, 0.20, ProviderId.WalmartApi)]
    [TestCase(OptimizeFor.Speed, 0.0, ProviderId.MealMe)]
    [TestCase(OptimizeFor.Balanced, 0.20, ProviderId.Instacart)]
    public void Each_preference_finds_its_provider(OptimizeFor preference, double margin, ProviderId expected)
    {
        var weights = ScoreWeights.Default with { Priority = 0, Margin = (decimal)margin };

        var ranked = Scorer.Rank([MealMe, Instacart, Walmart], 2, weights.For(preference));

        Assert.That(ranked[0].Provider, Is.EqualTo(expected));
    }

    [TestCase(null, 10, 50)]
    [TestCase(98.0, 0, 50)]
    [TestCase(95.0, 10, 90)]
    [TestCase(70.0, 10, 50)]
    [TestCase(100.0, 10, 100)]
    [TestCase(85.0, 10, 70)]
    [TestCase(35.0, 10, 25)]
    [TestCase(0.0, 10, 0)]
    [Prevents("S-2")]
    public void Reliability_follows_the_success_rate_and_a_known_zero_is_zero(double? rate, int orders, int expected) =>
        Assert.That(
            ScoreComponents.Reliability(new ProviderStats((decimal?)rate, null, orders)), Is.EqualTo(expected));

    [Test]
    public void A_decision_takes_less_than_a_millisecond()
    {
        ScoreInput[] quotes = [MealMe, Instacart, Walmart, Quote(ProviderId.KrogerApi, 5000, 70, 0.03m)];
        var watch = new Stopwatch();
        for (var round = 0; round < 2000; round++)
        {
            if (round == 1000)
            {
                watch.Start();
            }

            Scorer.Rank(quotes, 2, ScoreWeights.Default);
        }

        Assert.That(watch.Elapsed.TotalMilliseconds / 1000, Is.LessThan(1));
    }

    private static Dictionary<ProviderId, ScoreBreakdown> Rank(
        OptimizeFor preference, ScoreWeights weights, params ScoreInput[] quotes) =>
        Scorer.Rank(quotes, 2, weights.For(preference)).ToDictionary(score => score.Provider);

    private static ScoreBreakdown Weigh(
        ScoreInput quote, int priority, ScoreWeights weights, int price, int speed, int availability, int margin, int reliability) =>
        new ScoreBreakdown
        {
            Input = quote,
            PriceScore = price,
            SpeedScore = speed,
            AvailabilityScore = availability,
            MarginScore = margin,
            MarginSource = MarginSource.Commission,
            ReliabilityScore = reliability,
        }.Weighted(priority, weights);

    private static ScoreInput Quote(ProviderId id, long total, int eta, decimal rate) =>
        new(id, 50, total, total, eta, 2, 0, rate);
}
