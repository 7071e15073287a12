using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Smplat.Core.Commerce.Scoring;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Scoring;

public sealed class ScorerPropertyTests
{
    [Test]
    public void The_order_in_which_quotes_arrive_does_not_matter() => Holds(decision =>
        decision.RankWith([.. decision.Quotes.Reverse()]).SequenceEqual(decision.Rank()));

    [Test]
    public void Components_stay_between_0_and_100() => Holds(decision => decision.Rank().All(score =>
        new[] { score.PriceScore, score.SpeedScore, score.AvailabilityScore, score.MarginScore, score.ReliabilityScore }
            .All(component => component is >= 0 and <= 100)));

    [Test]
    public void Scaling_all_totals_keeps_the_price_scores() => Holds(decision =>
    {
        var scaled = decision.Quotes.Select(quote => quote with
        {
            TotalCents = quote.TotalCents * 7,
            PriceBasisCents = quote.PriceBasisCents * 7,
        });
        return Prices(decision.RankWith([.. scaled])).SequenceEqual(Prices(decision.Rank()));
    });

    [Test]
    public void A_lower_total_never_lowers_a_price_score() => Holds(decision =>
    {
        var cheaper = decision.Quotes.ToArray();
        cheaper[0] = Cheaper(cheaper[0]);
        return PriceOf(decision.RankWith(cheaper), cheaper[0]) >= PriceOf(decision.Rank(), cheaper[0]);
    });

    /// <summary>Margin is left out: a smaller total earns a smaller commission, which is what that component says.</summary>
    [Test]
    public void A_lower_total_never_lowers_a_rank_when_margin_does_not_count() => Holds(decision =>
    {
        var weights = ScoreWeights.Default with { Margin = 0 };
        var cheaper = decision.Quotes.ToArray();
        cheaper[0] = Cheaper(cheaper[0]);
        var before = Scorer.Rank(decision.Quotes, decision.Items, weights);
        var after = Scorer.Rank(cheaper, decision.Items, weights);
        return RankOf(after, cheaper[0]) <= RankOf(before, cheaper[0]);
    });

    [Test]
    public void More_items_never_lower_a_score() => Holds(decision =>
    {
        var fuller = decision.Quotes.ToArray();
        if (fuller[0].Found + fuller[0].Substituted < decision.Items)
        {
            fuller[0] = fuller[0] with { Found = fuller[0].Found + 1 };
        }

        return Of(decision.RankWith(fuller), fuller[0]).WeightedTotal >= Of(decision.Rank(), fuller[0]).WeightedTotal;
    });

    [Test]
    public void Scores_fall_along_the_ranking_and_equal_scores_have_one_order() => Holds(decision =>
    {
        var ranked = decision.Rank();
        return ranked.Zip(ranked.Skip(1)).All(pair => pair.First.WeightedTotal >= pair.Second.WeightedTotal)
            && decision.Rank().SequenceEqual(ranked);
    });

    [Test]
    public void The_culture_of_the_machine_does_not_matter() => Holds(decision =>
    {
        var before = decision.Rank();
        var culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("tr-TR");
        try
        {
            return decision.Rank().SequenceEqual(before);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    });

    /// <summary>Against big rationals: every half up to a range of 200 is rounded up.</summary>
    [Test]
    [Prevents("S-3")]
    public void Halves_are_rounded_up_exactly()
    {
        for (var range = 1; range <= 200; range++)
        {
            for (var offset = 0; offset <= range; offset++)
            {
                var expected = ((200 * offset / range) + 1) / 2;
                Assert.That(
                    ScoreComponents.LowerIsBetter(1000 + range - offset, 1000, 1000 + range), Is.EqualTo(expected), $"{offset}/{range}");
            }
        }
    }

    [TestCase(40, 17, 58)]
    [TestCase(200, 199, 1)]
    [Prevents("S-3")]
    public void A_range_where_binary_floats_round_wrongly_is_rounded_right(int range, int above, int expected) =>
        Assert.That(ScoreComponents.LowerIsBetter(1000 + above, 1000, 1000 + range), Is.EqualTo(expected));

    private static void Holds(Func<RandomDecision, bool> property) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(ScoreGen.Decisions, property));

    private static ScoreInput Cheaper(ScoreInput quote)
    {
        var total = Math.Max(1, quote.TotalCents - 100);
        return quote with { TotalCents = total, PriceBasisCents = total };
    }

    private static IEnumerable<int> Prices(ScoreBreakdown[] scores) =>
        scores.OrderBy(score => score.Provider).Select(score => score.PriceScore);

    private static int PriceOf(ScoreBreakdown[] scores, ScoreInput quote) => Of(scores, quote).PriceScore;

    private static ScoreBreakdown Of(ScoreBreakdown[] scores, ScoreInput quote) =>
        scores.Single(score => score.Provider == quote.Provider);

    private static int RankOf(ScoreBreakdown[] scores, ScoreInput quote) =>
        Array.FindIndex(scores, score => score.Provider == quote.Provider);
}
