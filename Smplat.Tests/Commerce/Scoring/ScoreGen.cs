using FsCheck;
using FsCheck.Fluent;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Tests.Commerce.Scoring;

/// <summary>A random decision: one to four quotes of different providers.</summary>
public sealed record RandomDecision(ScoreInput[] Quotes, int Items, OptimizeFor Preference)
{
    public ScoreBreakdown[] Rank() => Scorer.Rank(Quotes, Items, ScoreWeights.Default.For(Preference));

    public ScoreBreakdown[] RankWith(params ScoreInput[] quotes) =>
        Scorer.Rank(quotes, Items, ScoreWeights.Default.For(Preference));
}

public static class ScoreGen
{
    public static Arbitrary<RandomDecision> Decisions { get; } = (
        from items in Gen.Choose(1, 20)
        from count in Gen.Choose(1, 4)
        from ids in Gen.Shuffle(ProviderIds.All.ToArray())
        from quotes in Gen.CollectToArray(ids.Take(count), id => Quote(id, items))
        from preference in Gen.Elements(Enum.GetValues<OptimizeFor>())
        select new RandomDecision(quotes, items, preference)).ToArbitrary();

    private static Gen<ScoreInput> Quote(ProviderId id, int items) =>
        from priority in Gen.Choose(0, 100)
        from total in Gen.OneOf(Gen.Choose(1, 50_000), Gen.Choose(5000, 5010))
        from eta in Gen.OneOf(Gen.Choose(1, 300).Select(minutes => (int?)minutes), Gen.Constant<int?>(null), Gen.Constant<int?>(0))
        from found in Gen.Choose(0, items)
        from substituted in Gen.Choose(0, items - found)
        from rate in Gen.Choose(0, 1000)
        from stats in Gen.OneOf(Gen.Constant<ProviderStats?>(null), Stats)
        from preferred in Gen.Elements(true, false)
        select new ScoreInput(id, priority, total, total, eta, found, substituted, rate / 10_000m) { Stats = stats, IsPreferred = preferred };

    private static Gen<ProviderStats?> Stats =>
        from success in Gen.OneOf(Gen.Choose(0, 10_000).Select(rate => (decimal?)rate / 100), Gen.Constant<decimal?>(null))
        from margin in Gen.OneOf(Gen.Choose(0, 2000).Select(rate => (decimal?)rate / 100), Gen.Constant<decimal?>(null))
        from orders in Gen.Choose(0, 1000)
        select (ProviderStats?)new ProviderStats(success, margin, orders);
}
