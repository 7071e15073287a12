namespace Smplat.Core.Trust;

/// <summary>What may be said of a value, given its age and its sample.</summary>
public static class FreshnessPolicy
{
    /// <param name="windowMinutes">Window applied: the caller's, else the metric's.</param>
    /// <param name="isCensus">Rows are counted, so that none of them is an answer.</param>
    public static VerificationState State(
        double? value, long sampleSize, DateTimeOffset computedAt, int windowMinutes, DateTimeOffset now, bool isCensus = false)
    {
        if (value is null || (sampleSize == 0 && !isCensus))
        {
            return VerificationState.Missing;
        }

        return now <= computedAt.AddMinutes(windowMinutes) ? VerificationState.Fresh : VerificationState.Stale;
    }

    public static int Window(TrustMetric metric, int? requested) =>
        requested is { } minutes and not 0 ? minutes : metric.FreshnessWindowMinutes;

    public static double MinutesElapsed(DateTimeOffset computedAt, DateTimeOffset now) =>
        Math.Max((now - computedAt).TotalSeconds / 60, 0);
}
