using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Scoring;

/// <summary>
/// Best first: score, then preferred by the shopper, lower total, sooner, higher priority, provider id. A total order, so
/// that equal quotes rank the same on every machine.
/// </summary>
internal sealed class RankOrder : IComparer<ScoreBreakdown>
{
    public static RankOrder Instance { get; } = new();

    public int Compare(ScoreBreakdown? left, ScoreBreakdown? right)
    {
        if (left is null || right is null)
        {
            return (left is null).CompareTo(right is null);
        }

        var (a, b) = (left.Input, right.Input);
        return FirstDifference(
            right.WeightedTotal.CompareTo(left.WeightedTotal),
            b.IsPreferred.CompareTo(a.IsPreferred),
            a.TotalCents.CompareTo(b.TotalCents),
            a.Eta.CompareTo(b.Eta),
            b.Priority.CompareTo(a.Priority),
            string.CompareOrdinal(a.Provider.ToWire(), b.Provider.ToWire()));
    }

    private static int FirstDifference(params ReadOnlySpan<int> comparisons)
    {
        foreach (var comparison in comparisons)
        {
            if (comparison != 0)
            {
                return comparison;
            }
        }

        return 0;
    }
}
