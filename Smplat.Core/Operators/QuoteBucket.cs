namespace Smplat.Core.Operators;

/// <summary>Quotes of one provider in one stretch of time that took about as long.</summary>
/// <param name="Bucket">A step of <see cref="LatencyBuckets"/>.</param>
public sealed record QuoteBucket(string ProviderId, DateTimeOffset At, int Bucket, long Quotes)
{
    /// <summary>Each provider over all stretches, and in each of them.</summary>
    public static IReadOnlyList<ProviderQuotes> Sum(IReadOnlyList<QuoteBucket> steps) =>
    [
        .. steps.GroupBy(step => step.ProviderId).OrderBy(provider => provider.Key, StringComparer.Ordinal).SelectMany(provider =>
            provider.GroupBy(step => step.At).OrderBy(stretch => stretch.Key).Select(stretch => Sum(provider.Key, stretch.Key, [.. stretch]))
                .Prepend(Sum(provider.Key, null, [.. provider]))),
    ];

    private static ProviderQuotes Sum(string provider, DateTimeOffset? at, QuoteBucket[] steps)
    {
        var came = steps.Where(step => step.Bucket != LatencyBuckets.Failed).Select(step => (step.Bucket, step.Quotes)).ToArray();
        return new(
            provider,
            at,
            steps.Sum(step => step.Quotes),
            steps.Where(step => step.Bucket == LatencyBuckets.Failed).Sum(step => step.Quotes),
            LatencyBuckets.Percentile(came, 0.5),
            LatencyBuckets.Percentile(came, 0.95));
    }
}
