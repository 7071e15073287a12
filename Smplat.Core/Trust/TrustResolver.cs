using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Caching;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Trust;

/// <summary>A storefront requests the metrics behind its badges.</summary>
public sealed record ResolveTrust(string Slug, IReadOnlyList<RequestedMetric> Metrics)
{
    public const int MaxMetrics = 50;
    public const int MaxSlug = 120;
    public const int MaxMetricId = 100;

    public static ResolveTrust Read(Fields fields)
    {
        var metrics = fields.List("metrics", MaxMetrics).Select(RequestedMetric.Read).ToArray();
        fields.RefuseNull("metrics", "A list is expected; omit it for an empty one.", "list_type");
        return new(fields.RequiredText("slug", min: 0, max: MaxSlug), metrics);
    }
}

/// <param name="FreshnessWindowMinutes">
/// Oldest age at which a value counts as fresh; null uses the metric's own window.
/// </param>
public sealed record RequestedMetric(string MetricId, int? FreshnessWindowMinutes)
{
    public const int MinWindow = 5;
    public const int MaxWindow = 20_160;

    public static RequestedMetric Read(Fields fields) => new(
        fields.RequiredText("metric_id", min: 0, max: ResolveTrust.MaxMetricId),
        fields.Integer("freshness_window_minutes", MinWindow, MaxWindow));
}

/// <summary>One metric for each one requested, in the same order.</summary>
public sealed record ResolvedTrust(string Slug, IReadOnlyList<ResolvedMetric> Metrics);

/// <summary>A metric as returned to the storefront.</summary>
public sealed record ResolvedMetric(string MetricId)
{
    public double? Value { get; init; }

    public string? FormattedValue { get; init; }

    public DateTimeOffset? ComputedAt { get; init; }

    public long SampleSize { get; init; }

    public int? FreshnessWindowMinutes { get; init; }

    public required VerificationState VerificationState { get; init; }

    public required IReadOnlyDictionary<string, object?> Metadata { get; init; }

    public required Provenance Provenance { get; init; }

    public PercentileBands? PercentileBands { get; init; }

    public double? FreshnessMinutesElapsed { get; init; }

    public string? UnsupportedGuard { get; init; }

    public DeliveryForecast? Forecast { get; init; }

    public IReadOnlyList<string> Alerts { get; init; } = [];

    public string? FallbackCopy { get; init; }
}

public enum VerificationState
{
    Fresh,
    Stale,
    Missing,
    Unsupported,
}

/// <summary>Where a value comes from.</summary>
public sealed record Provenance
{
    public string? Source { get; init; }

    /// <summary><c>memory</c>, <c>computed</c> or <c>none</c>.</summary>
    public required string CacheLayer { get; init; }

    public DateTimeOffset? CacheRefreshedAt { get; init; }

    public DateTimeOffset? CacheExpiresAt { get; init; }

    public int? CacheTtlMinutes { get; init; }

    public required IReadOnlyList<string> Notes { get; init; }

    public string? UnsupportedReason { get; init; }

    /// <summary>The newest fact in the sample, as opposed to the time of the computation.</summary>
    public DateTimeOffset? DataAsOf { get; init; }

    /// <summary>Smallest sample for which the value counts; 0 means no minimum.</summary>
    public int MinimumSample { get; init; }
}

/// <summary>
/// Resolves a storefront's metrics. Each distinct id is computed at most once, all of them concurrently; when one
/// fails, the others are still returned.
/// </summary>
public sealed class TrustResolver(
    TrustMetricRegistry registry,
    TrustMetricCache cache,
    IOptionsMonitor<TrustOptions> options,
    TrustCounters counters,
    TimeProvider clock,
    ILogger<TrustResolver> logger)
{
    public async Task<ResolvedTrust> ResolveAsync(ResolveTrust command, CancellationToken cancellationToken)
    {
        WarnAboutUnsupported(command.Metrics);
        var known = command.Metrics.Select(requested => requested.MetricId).Distinct().Where(id => registry.Find(id) is not null);
        var pending = known.ToDictionary(id => id, id => cache.GetAsync(id, cancellationToken));
        await Task.WhenAll(pending.Values);

        var answers = new List<ResolvedMetric>(command.Metrics.Count);
        foreach (var requested in command.Metrics)
        {
            answers.Add(registry.Find(requested.MetricId) is { } metric
                ? Answer(metric, requested, await pending[metric.Id])
                : MetricAnswer.Unsupported(requested));
        }

        return new(command.Slug, answers);
    }

    private ResolvedMetric Answer(TrustMetric metric, RequestedMetric requested, CacheResult<MetricReading> served) => MetricAnswer.From(
        metric, requested, served, MinimumSamples.For(metric, options.CurrentValue.MinimumSamples), clock.GetUtcNow());

    private void WarnAboutUnsupported(IReadOnlyList<RequestedMetric> requested)
    {
        string[] unknown = [.. requested.Select(metric => metric.MetricId).Distinct().Where(id => registry.Find(id) is null)];
        if (unknown.Length > 0)
        {
            counters.Unsupported(unknown.Length);
            TrustLog.UnsupportedMetrics(logger, string.Join(", ", unknown));
        }
    }
}

/// <summary>
/// Turns what the cache served into the metric returned. Pure: the result depends only on the arguments.
/// </summary>
internal static class MetricAnswer
{
    public const string NotRegistered = "metric_not_registered";

    private const string RenewingNote = "Served from memory after it expired; a newer value is being computed.";
    private const string OutdatedNote = "The latest computation failed; this is the last value computed before it.";
    private const string FailedNote = "This metric could not be computed; the others are not affected.";
    private const string UnknownNote = "No metric with this id is registered; see the catalog at GET /api/v1/trust/metrics.";

    public static ResolvedMetric Unsupported(RequestedMetric requested) => new(requested.MetricId)
    {
        VerificationState = VerificationState.Unsupported,
        FreshnessWindowMinutes = requested.FreshnessWindowMinutes,
        Metadata = new Dictionary<string, object?> { ["source"] = "unknown" },
        Provenance = new() { CacheLayer = "none", Notes = [UnknownNote], UnsupportedReason = NotRegistered },
        UnsupportedGuard = NotRegistered,
    };

    public static ResolvedMetric From(
        TrustMetric metric, RequestedMetric requested, CacheResult<MetricReading> served, int minimumSample, DateTimeOffset now) =>
        (served.Origin, served.Held) switch
        {
            (CacheOrigin.Computed, { } held) => Served(metric, requested, held, "computed", "Computed for this request.", minimumSample, now),
            (CacheOrigin.Cached, { } held) => Served(metric, requested, held, "memory", "Served from memory.", minimumSample, now),
            (CacheOrigin.Refreshing, { } held) => Served(metric, requested, held, "memory", RenewingNote, minimumSample, now),
            (CacheOrigin.Stale, { } held) => Outdated(Served(metric, requested, held, "memory", OutdatedNote, minimumSample, now)),
            _ => Failed(metric, requested, minimumSample),
        };

    private static ResolvedMetric Served(
        TrustMetric metric, RequestedMetric requested, CachedValue<MetricReading> held, string layer, string note, int minimumSample, DateTimeOffset now)
    {
        var reading = held.Value;
        var window = FreshnessPolicy.Window(metric, requested.FreshnessWindowMinutes);
        var isTooSmall = reading.SampleSize < minimumSample;
        string[] notes = isTooSmall ? [note, TooSmallNote(reading.SampleSize, minimumSample)] : [note];
        return new(metric.Id)
        {
            Value = isTooSmall ? null : reading.Value,
            FormattedValue = isTooSmall ? null : reading.FormattedValue,
            ComputedAt = held.ComputedAt,
            SampleSize = reading.SampleSize,
            FreshnessWindowMinutes = window,
            VerificationState = FreshnessPolicy.State(
                isTooSmall ? null : reading.Value, reading.SampleSize, held.ComputedAt, window, now, metric.IsCensus),
            Metadata = Metadata(metric, reading),
            Provenance = new()
            {
                Source = metric.Source,
                CacheLayer = layer,
                CacheRefreshedAt = held.ComputedAt,
                CacheExpiresAt = held.ExpiresAt,
                CacheTtlMinutes = (int)(held.ExpiresAt - held.ComputedAt).TotalMinutes,
                Notes = notes,
                DataAsOf = reading.DataAsOf,
                MinimumSample = minimumSample,
            },
            PercentileBands = reading.Details.GetValueOrDefault("overall_percentile_bands") as PercentileBands,
            FreshnessMinutesElapsed = FreshnessPolicy.MinutesElapsed(held.ComputedAt, now),
            UnsupportedGuard = Guard(reading.Forecast),
            Forecast = reading.Forecast,
            Alerts = reading.Details.GetValueOrDefault("forecast_alerts") as IReadOnlyList<string> ?? [],
            FallbackCopy = reading.Details.GetValueOrDefault("fallback_copy") as string,
        };
    }

    /// <summary>
    /// A value that was due for replacement and could not be recomputed is not verified, even inside its window.
    /// </summary>
    private static ResolvedMetric Outdated(ResolvedMetric answer) =>
        answer.VerificationState == VerificationState.Fresh
            ? answer with { VerificationState = VerificationState.Stale }
            : answer;

    private static ResolvedMetric Failed(TrustMetric metric, RequestedMetric requested, int minimumSample) => new(metric.Id)
    {
        VerificationState = VerificationState.Missing,
        FreshnessWindowMinutes = FreshnessPolicy.Window(metric, requested.FreshnessWindowMinutes),
        Metadata = new Dictionary<string, object?> { ["source"] = metric.Source },
        Provenance = new() { Source = metric.Source, CacheLayer = "none", Notes = [FailedNote], MinimumSample = minimumSample },
    };

    private static string? Guard(DeliveryForecast? forecast) =>
        forecast is null || forecast.Skus.All(sku => sku.UnsupportedReason is null) ? null
        : forecast.Skus.All(sku => sku.UnsupportedReason is not null) ? "all_skus_unsupported"
        : "partial_sku_support";

    private static Dictionary<string, object?> Metadata(TrustMetric metric, MetricReading reading)
    {
        var metadata = new Dictionary<string, object?> { ["source"] = metric.Source };
        foreach (var (name, value) in reading.Details)
        {
            metadata[name] = value;
        }

        return metadata;
    }

    private static string TooSmallNote(long sample, int minimum) =>
        $"A sample of {sample} is below the minimum of {minimum}, so the value is withheld.";
}

/// <summary>The state of a value, given its age and its sample.</summary>
internal static class FreshnessPolicy
{
    /// <param name="windowMinutes">The caller's window, otherwise the metric's.</param>
    /// <param name="isCensus">All rows are counted, not sampled, so zero rows is a valid result.</param>
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

/// <summary>The minimum sample of a metric: from the setting, otherwise the metric's own.</summary>
internal static class MinimumSamples
{
    public static int For(TrustMetric metric, string setting)
    {
        foreach (var entry in setting.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var (id, number) = entry.Split('=', StringSplitOptions.TrimEntries) is [var left, var right] ? (left, right) : ("", "");
            if (id == metric.Id && int.TryParse(number, out var minimum))
            {
                return minimum;
            }
        }

        return metric.MinimumSample;
    }
}
