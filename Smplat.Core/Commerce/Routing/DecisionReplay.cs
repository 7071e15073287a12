using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Replays stored decisions with other weights or another rule, and adds up what would have changed.</summary>
public sealed class DecisionReplay(ScoreWeights weights, ScoreRule rule)
{
    private readonly long[] _before = new long[ProviderIds.All.Count];
    private readonly long[] _after = new long[ProviderIds.All.Count];
    private Sums _actual;
    private Sums _replayed;

    public long Decisions { get; private set; }

    public long Changed { get; private set; }

    public void Add(DecisionRecord decision)
    {
        var inputs = new ScoreInput[decision.Quotes.Count];
        for (var index = 0; index < inputs.Length; index++)
        {
            inputs[index] = decision.Quotes[index].ToInput();
        }

        var preference = OptimizeLabels.Parse(decision.Preference) ?? OptimizeFor.Balanced;
        var winner = Scorer.Rank(inputs, decision.ItemsRequested, weights.For(preference), rule)[0].Input;
        Decisions++;
        Changed += winner.Provider == inputs[0].Provider ? 0 : 1;
        _before[(int)inputs[0].Provider]++;
        _after[(int)winner.Provider]++;
        _actual = _actual.With(inputs[0]);
        _replayed = _replayed.With(winner);
    }

    public DecisionReplayReport ToReport() =>
        new(
            Decisions,
            Changed,
            Decisions == 0 ? 0 : Math.Round(100m * Changed / Decisions, 2),
            _actual.Average(Decisions),
            _replayed.Average(Decisions),
            [.. ProviderIds.All.Select(id => new ProviderShare(id, _before[(int)id], _after[(int)id], Decisions))]);

    private readonly record struct Sums(long Cents, long Minutes, decimal CommissionCents)
    {
        public Sums With(ScoreInput quote) =>
            new(Cents + quote.TotalCents, Minutes + quote.Eta, CommissionCents + (quote.TotalCents * quote.CommissionRate));

        public ReplayAverages Average(long count) =>
            count == 0
                ? new ReplayAverages(0, 0, 0)
                : new ReplayAverages(
                    Math.Round((decimal)Cents / count, 1), Math.Round((decimal)Minutes / count, 1), Math.Round(CommissionCents / count, 2));
    }
}

/// <summary>What would have changed in the decisions of a window.</summary>
public sealed record DecisionReplayReport(
    long Decisions,
    long Changed,
    decimal ChangedPercent,
    ReplayAverages Before,
    ReplayAverages After,
    IReadOnlyList<ProviderShare> Providers);

/// <summary>Per order.</summary>
public sealed record ReplayAverages(decimal TotalCents, decimal DeliveryMinutes, decimal CommissionCents);

/// <summary>How many orders a provider got, and how many it would have got.</summary>
public sealed record ProviderShare(ProviderId Provider, long Before, long After, long Decisions)
{
    public decimal BeforePercent => Percent(Before);

    public decimal AfterPercent => Percent(After);

    private decimal Percent(long count) => Decisions == 0 ? 0 : Math.Round(100m * count / Decisions, 2);
}
