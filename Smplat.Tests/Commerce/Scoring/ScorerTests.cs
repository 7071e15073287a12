using FsCheck;
using FsCheck.Fluent;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Commerce.Scoring;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Scoring;

public sealed class ScorerTests
{
    private static readonly ScoreWeights OnlyPrice = new(0, 1, 0, 0, 0, 0);

    [Test]
    public void The_canonical_rule_is_the_canonical_scorer() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll(ScoreGen.Decisions, decision =>
            Scorer.Rank(decision.Quotes, decision.Items, ScoreWeights.Default, ScoreRule.Canonical)
                .SequenceEqual(Scorer.Rank(decision.Quotes, decision.Items, ScoreWeights.Default))));

    [Test]
    public void Every_rule_ranks_every_quote_once_whatever_their_order() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll(ScoreGen.Decisions, decision => ScoreRule.All.All(entry =>
        {
            var ranked = Scorer.Rank(decision.Quotes, decision.Items, ScoreWeights.Default, entry.Rule);
            var reversed = Scorer.Rank([.. decision.Quotes.Reverse()], decision.Items, ScoreWeights.Default, entry.Rule);
            return ranked.Length == decision.Quotes.Length && ranked.SequenceEqual(reversed);
        })));

    [Test]
    [Prevents("S-4")]
    public void A_basket_with_fewer_items_does_not_rank_as_cheaper()
    {
        var (emptier, whole) = (
            Quote(ProviderId.MealMe, 4000, found: 3) with { ComparableCents = 5300 }, Quote(ProviderId.KrogerApi, 5000, found: 4));

        var canonical = Scorer.Rank([emptier, whole], 4, OnlyPrice, ScoreRule.Canonical);
        var comparable = Scorer.Rank([emptier, whole], 4, OnlyPrice, ScoreRule.Canonical with { ComparableBaskets = true });

        Assert.That(canonical[0].Provider, Is.EqualTo(ProviderId.MealMe));
        Assert.That(comparable[0].Provider, Is.EqualTo(ProviderId.KrogerApi));
    }

    [Test]
    public void A_basket_with_less_than_60_percent_wins_only_when_no_provider_has_more()
    {
        var rule = ScoreRule.Canonical with { ComparableBaskets = true };
        var (poor, poorer) = (Quote(ProviderId.MealMe, 1000, found: 2), Quote(ProviderId.WalmartApi, 900, found: 1));

        var beside = Scorer.Rank([poor, Quote(ProviderId.KrogerApi, 9000, found: 3)], 4, OnlyPrice, rule);
        var alone = Scorer.Rank([poor, poorer], 4, OnlyPrice, rule);

        Assert.That(beside[0].Provider, Is.EqualTo(ProviderId.KrogerApi));
        Assert.That(alone[0].Provider, Is.EqualTo(ProviderId.WalmartApi));
    }

    [Test]
    public void Missing_items_are_added_at_the_median_price_plus_ten_percent()
    {
        var basket = Quotes.Request("Milk", "Eggs");
        ProviderQuote[] all =
        [
            Quotes.For(Quotes.Config(ProviderId.MealMe), basket, 1000, missing: "i1"),
            Quotes.For(Quotes.Config(ProviderId.KrogerApi), basket, 300),
            Quotes.For(Quotes.Config(ProviderId.WalmartApi), basket, 500),
        ];

        Assert.That(ComparableBasket.TotalOf(all[0], all, basket.Items), Is.EqualTo(1000 + 440));
        Assert.That(ComparableBasket.TotalOf(all[1], all, basket.Items), Is.Null);
    }

    [Test]
    [Prevents("S-6")]
    public void Anchored_a_cent_counts_for_nothing_and_an_expensive_extra_quote_changes_no_other_score()
    {
        var rule = ScoreRule.Canonical with { Normalisation = Normalisation.Anchored };
        var (cheap, near, expensive) = (Quote(ProviderId.MealMe, 5000), Quote(ProviderId.KrogerApi, 5001), Quote(ProviderId.Instacart, 20_000));

        var two = Scorer.Rank([cheap, near], 4, OnlyPrice, rule);
        var three = Scorer.Rank([cheap, near, expensive], 4, OnlyPrice, rule);

        Assert.That(two.Select(score => score.PriceScore), Is.EqualTo(new[] { 100, 100 }));
        Assert.That(three.Select(score => score.PriceScore), Is.EqualTo(new[] { 100, 100, 0 }));
    }

    [Test]
    [Prevents("S-5")]
    public void Centered_priority_gives_at_most_20_points()
    {
        var ranked = Scorer.Rank(
            [Quote(ProviderId.MealMe, 5000) with { Priority = 10 }, Quote(ProviderId.KrogerApi, 5000) with { Priority = 90 }],
            4,
            new ScoreWeights(1, 0, 0, 0, 0, 0),
            ScoreRule.Canonical with { PriorityMode = PriorityMode.Centered });

        Assert.That(ranked.Select(score => score.WeightedTotal), Is.EqualTo(new[] { 20m, 0m }));
    }

    [TestCase(5751, 60, ProviderId.MealMe, Description = "more than 15 percent more expensive and no faster")]
    [TestCase(5750, 60, ProviderId.KrogerApi, Description = "15 percent are allowed")]
    [TestCase(9000, 59, ProviderId.KrogerApi, Description = "faster may cost more")]
    [Prevents("S-7")]
    public void The_guard_rejects_an_expensive_offer_that_is_no_faster(long total, int eta, ProviderId expected)
    {
        ScoreInput[] quotes = [Quote(ProviderId.MealMe, 5000), Quote(ProviderId.KrogerApi, total) with { Priority = 200, EtaMinutes = eta }];

        var ranked = Scorer.Rank(quotes, 4, ScoreWeights.Default, ScoreRule.Canonical with { FairGuard = true });

        Assert.That(ranked[0].Provider, Is.EqualTo(expected));
    }

    private static ScoreInput Quote(ProviderId id, long total, int found = 4) => new(id, 50, total, total, 60, found, 0, 0.03m);
}
