namespace Smplat.Core.Trust;

public static class Percentile
{
    /// <summary>Linear interpolation between the two neighbours of rank q/100 × (n − 1); null without values.</summary>
    /// <param name="sorted">Values in ascending order.</param>
    /// <param name="q">0 to 100.</param>
    public static double? Of(ReadOnlySpan<double> sorted, double q)
    {
        if (sorted.IsEmpty)
        {
            return null;
        }

        var rank = q / 100 * (sorted.Length - 1);
        var below = (int)Math.Floor(rank);
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((sorted[above] - sorted[below]) * (rank - below));
    }
}
