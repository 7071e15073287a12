namespace Smplat.Core.Operators;

/// <summary>
/// Times in steps of 5 percent: counts of steps can be added over hours, percentiles cannot. A percentile read from them is
/// off by at most 2.5 percent.
/// </summary>
public static class LatencyBuckets
{
    /// <summary>Natural logarithm of a step, as the statements have it.</summary>
    public const double Step = 0.048790164169432;

    /// <summary>Stands for a quote that failed.</summary>
    public const int Failed = -1;

    /// <param name="counts">Count by step, without failures.</param>
    /// <param name="share">0 to 1.</param>
    /// <returns>The middle of the step in which the percentile lies; null without any count.</returns>
    public static double? Percentile(IEnumerable<(int Bucket, long Count)> counts, double share)
    {
        var ordered = counts.OrderBy(entry => entry.Bucket).ToArray();
        var rank = share * ordered.Sum(entry => entry.Count);
        long passed = 0;
        foreach (var (bucket, count) in ordered)
        {
            passed += count;
            if (passed >= rank)
            {
                return Math.Exp((bucket + 0.5) * Step);
            }
        }

        return null;
    }
}
