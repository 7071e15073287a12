namespace Smplat.Core.Trust;

/// <summary>A trust experience ready to be shown.</summary>
/// <param name="Version"><c>published</c>, <c>draft</c> or <c>fallback</c>.</param>
public sealed record ResolvedExperience(string Slug, string Name, string Environment, string Version, DateTimeOffset ResolvedAt)
{
    public string? GuaranteeHeadline { get; init; }

    public string? GuaranteeDescription { get; init; }

    public IReadOnlyList<ResolvedAssurance> AssurancePoints { get; init; } = [];

    public IReadOnlyList<SupportChannel> SupportChannels { get; init; } = [];

    public IReadOnlyList<ResolvedSnapshot> PerformanceSnapshots { get; init; } = [];

    public IReadOnlyList<Testimonial> Testimonials { get; init; } = [];

    public IReadOnlyList<BundleOffer> BundleOffers { get; init; } = [];

    public ResolvedTimeline? DeliveryTimeline { get; init; }
}

public sealed record ResolvedAssurance(
    string? Id, string Title, string? Description, string? Evidence, BoundMetric? Metric, Badge? Badge);

/// <param name="DisplayValue">What the card shows: the verified value, else the editor's fallback.</param>
public sealed record ResolvedSnapshot(
    string? Id, string Label, string? Caption, string? DisplayValue, string? FallbackValue, bool IsFallback, BoundMetric? Metric, Badge? Badge)
{
    /// <summary>
    /// A verified value wins; otherwise the fallback. A stale value without a fallback is still shown, under its badge.
    /// </summary>
    public static ResolvedSnapshot Of(PerformanceSnapshot written, BoundMetric? metric)
    {
        var verified = metric is { State: BoundMetric.Fresh or BoundMetric.Preview } ? metric.FormattedValue : null;
        var stale = metric is { State: BoundMetric.Stale } ? metric.FormattedValue : null;
        return new(
            written.Id,
            written.Label,
            metric?.FallbackCopy ?? written.Caption,
            verified ?? written.FallbackValue ?? stale,
            written.FallbackValue,
            verified is null,
            metric,
            Badge.Of(metric));
    }
}
