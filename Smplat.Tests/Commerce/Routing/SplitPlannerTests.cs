using FsCheck;
using FsCheck.Fluent;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;

namespace Smplat.Tests.Commerce.Routing;

public sealed class SplitPlannerTests
{
    private static readonly string[] Items = ["a", "b", "c", "d"];

    [Test]
    public void No_assignment_is_cheaper_than_the_plan() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(400),
        Prop.ForAll(Offers(withThreshold: false), offers => IsBest(offers)));

    [Test]
    public void Items_are_moved_to_reach_free_delivery_when_that_is_cheapest() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(400),
        Prop.ForAll(Offers(withThreshold: true), offers => IsBest(offers)));

    [Test]
    public void More_items_beat_any_price()
    {
        var plan = SplitPlanner.Best(
            [Offer(ProviderId.MealMe, 500, null, ("a", 100), ("b", 100)), Offer(ProviderId.KrogerApi, 5000, null, ("c", 9000))],
            Items,
            SplitStrategy.Cost)!;

        Assert.That(plan.Found, Is.EqualTo(3));
        Assert.That(plan.Legs.Select(leg => leg.Provider), Is.EqualTo(new[] { ProviderId.KrogerApi, ProviderId.MealMe }));
    }

    [Test]
    public void Speed_uses_the_fastest_providers_and_providers_uses_as_few_as_possible()
    {
        SplitOffer[] offers =
        [
            Offer(ProviderId.MealMe, 0, null, ("a", 900), ("b", 900), ("c", 900), ("d", 900)) with { EtaMinutes = 30 },
            Offer(ProviderId.KrogerApi, 0, null, ("a", 100), ("b", 100)) with { EtaMinutes = 150 },
            Offer(ProviderId.WalmartApi, 0, null, ("c", 100), ("d", 100)) with { EtaMinutes = 90 },
        ];

        Assert.That(SplitPlanner.Best(offers, Items, SplitStrategy.Cost)!.TotalCents, Is.EqualTo(400));
        Assert.That(SplitPlanner.Best(offers, Items, SplitStrategy.Speed)!.EtaMinutes, Is.EqualTo(30));
        Assert.That(SplitPlanner.Best(offers, Items, SplitStrategy.Providers)!.Legs, Has.Count.EqualTo(1));
    }

    [Test]
    public void Without_any_available_item_there_is_no_plan() =>
        Assert.That(SplitPlanner.Best([Offer(ProviderId.MealMe, 0, null)], Items, SplitStrategy.Cost), Is.Null);

    [TestCase(4, 9000, 60, 4, 9500, 60, true, Description = "500 cents and 5 percent saved")]
    [TestCase(4, 9001, 60, 4, 9500, 60, false, Description = "499 cents")]
    [TestCase(4, 19_400, 60, 4, 20_000, 60, false, Description = "3 percent")]
    [TestCase(4, 20_000, 60, 3, 9500, 60, true, Description = "more items")]
    [TestCase(3, 1000, 60, 4, 9500, 60, false, Description = "fewer items")]
    public void A_split_is_chosen_only_when_it_is_worthwhile(int found, long total, int eta, int singleFound, long singleTotal, int singleEta, bool pays) =>
        Assert.That(
            SplitPolicy.IsWorthwhile(
                new SplitSummary(found, total, eta), new SplitSummary(singleFound, singleTotal, singleEta), SplitStrategy.Cost, new SplitOptions()),
            Is.EqualTo(pays));

    /// <summary>Compares the plan with every assignment of items to providers.</summary>
    private static bool IsBest(SplitOffer[] offers)
    {
        var plan = SplitPlanner.Best(offers, Items, SplitStrategy.Cost);
        var held = Items.Where(item => offers.Any(offer => offer.Prices.ContainsKey(item))).ToArray();
        if (held.Length == 0)
        {
            return plan is null;
        }

        return plan!.Found == held.Length && plan.TotalCents == Cheapest(offers, held);
    }

    private static long Cheapest(SplitOffer[] offers, string[] items)
    {
        var best = long.MaxValue;
        var ways = (long)Math.Pow(offers.Length, items.Length);
        for (var way = 0L; way < ways; way++)
        {
            var subtotals = new long[offers.Length];
            var used = new bool[offers.Length];
            var (rest, isPossible) = (way, true);
            foreach (var item in items)
            {
                var holder = (int)(rest % offers.Length);
                rest /= offers.Length;
                isPossible &= offers[holder].Prices.TryGetValue(item, out var cents);
                (subtotals[holder], used[holder]) = (subtotals[holder] + cents, true);
            }

            if (isPossible)
            {
                best = Math.Min(best, offers.Select((offer, index) => used[index] ? offer.TotalFor(subtotals[index]) : 0).Sum());
            }
        }

        return best;
    }

    private static Arbitrary<SplitOffer[]> Offers(bool withThreshold) => (
        from count in Gen.Choose(1, 3)
        from offers in Gen.CollectToArray(ProviderIds.All.Take(count), id => Offer(id, withThreshold && id == ProviderId.MealMe))
        select offers).ToArbitrary();

    private static Gen<SplitOffer> Offer(ProviderId id, bool hasThreshold) =>
        from fee in Gen.Choose(0, 900)
        from threshold in Gen.Choose(500, 2500)
        from prices in Gen.CollectToArray(Items, item =>
            from cents in Gen.Choose(1, 1500)
            from has in Gen.Elements(true, true, true, false)
            select (item, cents: (long)cents, has))
        select Offer(
            id, fee, hasThreshold ? threshold : null, [.. prices.Where(price => price.has).Select(price => (price.item, price.cents))]);

    private static SplitOffer Offer(ProviderId id, long fee, long? freeFrom, params (string Item, long Cents)[] prices) =>
        new(id, 60, fee, freeFrom, 0, prices.ToDictionary(price => price.Item, price => price.Cents));
}
