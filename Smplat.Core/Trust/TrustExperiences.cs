using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Trust;

/// <summary>Which version of a trust experience to read.</summary>
/// <param name="Environment">Null means the environment of the app.</param>
/// <param name="IsDraft">The latest version instead of the published one.</param>
public sealed record ReadExperience(string? Environment, bool IsDraft)
{
    public static ReadExperience Read(Fields fields) => new(
        fields.Label("environment", ReceiveContent.Environments),
        fields.Flag("draft") ?? false);
}

/// <summary>A trust experience ready for display.</summary>
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

/// <param name="DisplayValue">What the card shows: the verified value, otherwise the editor's fallback.</param>
public sealed record ResolvedSnapshot(
    string? Id, string Label, string? Caption, string? DisplayValue, string? FallbackValue, bool IsFallback, BoundMetric? Metric, Badge? Badge)
{
    /// <summary>
    /// Shows the verified value, otherwise the fallback. Without a fallback, a stale value is still shown, with its
    /// badge.
    /// </summary>
    public static ResolvedSnapshot From(PerformanceSnapshot written, BoundMetric? metric)
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
            Badge.From(metric));
    }
}

/// <summary>
/// Combines editors' documents with live metrics. A missing or failed metric affects only its own card, and an
/// unreadable document is replaced by the built-in one.
/// </summary>
public sealed class TrustExperiences(
    TrustContentStore store, TrustResolver resolver, ContentEnvironment environment, TimeProvider clock, ILogger<TrustExperiences> logger)
{
    public const string Published = "published";
    public const string Draft = "draft";
    public const string Fallback = "fallback";

    /// <summary>
    /// Null when there is no such experience; for the checkout, the built-in one is used if none is stored.
    /// </summary>
    public async Task<ResolvedExperience?> FindAsync(string slug, ReadExperience query, CancellationToken cancellationToken)
    {
        var contentEnvironment = query.Environment ?? environment.Current;
        var stored = slug.Length <= ReceiveContent.MaxSlug ? await store.FindAsync(contentEnvironment, slug, cancellationToken) : null;
        if (Read(stored, query.IsDraft) is { } written)
        {
            return await ResolveAsync(written, contentEnvironment, query.IsDraft ? Draft : Published, cancellationToken);
        }

        return slug == FallbackDocument.Slug
            ? await ResolveAsync(FallbackDocument.Checkout, contentEnvironment, Fallback, cancellationToken)
            : null;
    }

    /// <summary>The slugs stored in an environment.</summary>
    public Task<IReadOnlyList<string>> ListAsync(string? contentEnvironment, CancellationToken cancellationToken) =>
        store.SlugsAsync(contentEnvironment ?? environment.Current, cancellationToken);

    private TrustDocument? Read(StoredExperience? stored, bool isDraft)
    {
        try
        {
            return stored?.Read(isDraft);
        }
        catch (JsonException exception)
        {
            TrustLog.ContentUnreadable(logger, stored!.Environment, stored.Slug, exception.Message);
            return null;
        }
    }

    private async Task<ResolvedExperience> ResolveAsync(
        TrustDocument written, string contentEnvironment, string version, CancellationToken cancellationToken)
    {
        var document = written.FilledFrom(FallbackDocument.Checkout);
        var metrics = await ResolveAsync(document, version == Draft, cancellationToken);
        return new(document.Slug, document.Name, contentEnvironment, version, clock.GetUtcNow())
        {
            GuaranteeHeadline = document.GuaranteeHeadline,
            GuaranteeDescription = document.GuaranteeDescription,
            AssurancePoints =
            [
                .. document.AssurancePoints.Select(point => new ResolvedAssurance(
                    point.Id, point.Title, point.Description, point.Evidence, Bound(point.Metric), Badge.From(Bound(point.Metric)))),
            ],
            SupportChannels = document.SupportChannels,
            PerformanceSnapshots = [.. document.PerformanceSnapshots.Select(snapshot => ResolvedSnapshot.From(snapshot, Bound(snapshot.Metric)))],
            Testimonials = document.Testimonials,
            BundleOffers = document.BundleOffers,
            DeliveryTimeline = document.DeliveryTimeline is { } timeline ? TimelinePolicy.Derive(timeline, Bound(timeline.Metric)) : null,
        };

        BoundMetric? Bound(MetricBinding? binding) => binding is null ? null : metrics[binding];
    }

    /// <summary>
    /// Resolves all bindings in one request: each id once, with the first window written for it. In a draft, the states
    /// chosen by the editor replace the real ones.
    /// </summary>
    private async Task<Dictionary<MetricBinding, BoundMetric>> ResolveAsync(
        TrustDocument document, bool isDraft, CancellationToken cancellationToken)
    {
        MetricBinding[] bindings = [.. document.Bindings.Distinct()];
        RequestedMetric[] requested =
        [
            .. bindings
                .Where(binding => !binding.IsDeliveryProof && binding.MetricId.Length <= ResolveTrust.MaxMetricId)
                .GroupBy(binding => binding.MetricId)
                .Take(ResolveTrust.MaxMetrics)
                .Select(group => new RequestedMetric(
                    group.Key, group.Select(binding => binding.FreshnessWindowMinutes).FirstOrDefault(window => window is not null))),
        ];
        var resolved = requested.Length == 0 ? null : await resolver.ResolveAsync(new(document.Slug, requested), cancellationToken);
        var byId = (resolved?.Metrics ?? []).ToDictionary(metric => metric.MetricId);
        return bindings.ToDictionary(binding => binding, binding =>
        {
            var bound = byId.TryGetValue(binding.MetricId, out var metric)
                ? BoundMetric.From(binding, metric)
                : BoundMetric.Unresolved(binding);
            return isDraft ? bound.Simulate() : bound;
        });
    }
}

/// <summary>The environment whose content this app shows.</summary>
public sealed class ContentEnvironment(IOptionsMonitor<TrustOptions> options, IOptionsMonitor<RuntimeOptions> runtime)
{
    public string Current => options.CurrentValue.ContentEnvironment ?? runtime.CurrentValue.Environment.ToLowerInvariant() switch
    {
        "production" => "production",
        "staging" => "test",
        _ => "development",
    };
}

/// <summary>
/// When delivery may be expected: from the forecast if there is one, otherwise from the editor's minutes.
/// </summary>
public sealed record ResolvedTimeline(string? Headline, string? Narrative, string ConfidenceLabel, BoundMetric? Metric, Badge? Badge)
{
    public double? MinMinutes { get; init; }

    public double? AverageMinutes { get; init; }

    public double? MaxMinutes { get; init; }

    public double? P50Minutes { get; init; }

    public double? P90Minutes { get; init; }

    /// <summary>Whole days for shoppers: rounded, the maximum rounded up, at least one.</summary>
    public DayRange? Days { get; init; }

    public IReadOnlyList<string> Alerts { get; init; } = [];

    public string? FallbackCopy { get; init; }

    public string? CacheLayer { get; init; }
}

public sealed record DayRange(int? Min, int? Average, int? Max);

/// <summary>Derives the delivery timeline from a forecast and the editor's text.</summary>
internal static class TimelinePolicy
{
    private const double MinutesPerDay = 1440;

    public static ResolvedTimeline Derive(DeliveryTimeline written, BoundMetric? metric)
    {
        var live = metric is { HasNoValue: false } ? metric : null;
        var fastest = live?.Forecast?.Skus.Min(sku => sku.EstimatedClearMinutes);
        var (p50, p90) = (live?.PercentileBands?.P50, live?.PercentileBands?.P90);
        var min = fastest ?? written.FallbackMinMinutes ?? p50;
        var average = p50 ?? written.FallbackAverageMinutes;
        var max = live?.Value ?? p90 ?? written.FallbackMaxMinutes;
        var alerts = live?.Alerts ?? [];
        return new(written.Headline, Narrative(written.Narrative, alerts), Confidence(metric?.State), metric, Badge.From(metric))
        {
            MinMinutes = min,
            AverageMinutes = average,
            MaxMinutes = max,
            P50Minutes = p50,
            P90Minutes = p90,
            Days = min is null && average is null && max is null ? null : new(Days(min), Days(average), DaysUp(max)),
            Alerts = alerts,
            FallbackCopy = metric?.FallbackCopy,
            CacheLayer = metric?.CacheLayer,
        };
    }

    private static string Confidence(string? state) => state switch
    {
        BoundMetric.Fresh => "Live forecast",
        BoundMetric.Stale => "Stale forecast",
        BoundMetric.Preview => "Preview timeline",
        _ => "Fallback timeline",
    };

    private static string? Narrative(string? written, IReadOnlyList<string> alerts) => alerts.Count == 0
        ? written
        : string.Join(' ', alerts.Select(AlertText.For).Prepend(written).Where(text => !string.IsNullOrEmpty(text)));

    private static int? Days(double? minutes) =>
        minutes is { } value ? Whole(Math.Round(value / MinutesPerDay, MidpointRounding.AwayFromZero)) : null;

    private static int? DaysUp(double? minutes) => minutes is { } value ? Whole(Math.Ceiling(value / MinutesPerDay)) : null;

    private static int Whole(double days) => (int)Math.Clamp(days, 1, 10_000);
}
