using Smplat.Core.Platform.Caching;

namespace Smplat.Core.Trust;

/// <summary>Turns what the cache served into what is answered. Pure: everything it says follows from its arguments.</summary>
public static class MetricAnswer
{
    public const string NotRegistered = "metric_not_registered";

    private const string RenewingNote = "Served from memory past its time while a newer value is being computed.";
    private const string OutdatedNote = "The latest computation failed; this is the last value that could be computed.";
    private const string FailedNote = "This metric could not be computed; the others are not affected.";
    private const string UnknownNote = "No metric with this id is registered; see the catalogue at GET /api/v1/trust/metrics.";

    public static ResolvedMetric Unsupported(WantedMetric wanted) => new(wanted.MetricId)
    {
        VerificationState = VerificationState.Unsupported,
        FreshnessWindowMinutes = wanted.FreshnessWindowMinutes,
        Metadata = new Dictionary<string, object?> { ["source"] = "unknown" },
        Provenance = new(null, "none", null, null, null, [UnknownNote], NotRegistered),
        UnsupportedGuard = NotRegistered,
    };

    public static ResolvedMetric Of(
        TrustMetric metric, WantedMetric wanted, CacheResult<MetricReading> served, int minimumSample, DateTimeOffset now) =>
        (served.Origin, served.Held) switch
        {
            (CacheOrigin.Computed, { } held) => From(metric, wanted, held, "computed", "Computed for this request.", minimumSample, now),
            (CacheOrigin.Cached, { } held) => From(metric, wanted, held, "memory", "Served from memory.", minimumSample, now),
            (CacheOrigin.Refreshing, { } held) => From(metric, wanted, held, "memory", RenewingNote, minimumSample, now),
            (CacheOrigin.Stale, { } held) => Outdated(From(metric, wanted, held, "memory", OutdatedNote, minimumSample, now)),
            _ => Failed(metric, wanted, minimumSample),
        };

    private static ResolvedMetric From(
        TrustMetric metric, WantedMetric wanted, CachedValue<MetricReading> held, string layer, string note, int minimumSample, DateTimeOffset now)
    {
        var reading = held.Value;
        var window = FreshnessPolicy.Window(metric, wanted.FreshnessWindowMinutes);
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
            Provenance = new(
                metric.Source,
                layer,
                held.ComputedAt,
                held.ExpiresAt,
                (int)(held.ExpiresAt - held.ComputedAt).TotalMinutes,
                notes,
                null,
                reading.DataAsOf,
                minimumSample),
            PercentileBands = reading.Details.GetValueOrDefault("overall_percentile_bands") as PercentileBands,
            FreshnessMinutesElapsed = FreshnessPolicy.MinutesElapsed(held.ComputedAt, now),
            UnsupportedGuard = Guard(reading.Forecast),
            Forecast = reading.Forecast,
            Alerts = reading.Details.GetValueOrDefault("forecast_alerts") as IReadOnlyList<string> ?? [],
            FallbackCopy = reading.Details.GetValueOrDefault("fallback_copy") as string,
        };
    }

    /// <summary>Whatever its window says, a value that should have been replaced and could not be is not verified.</summary>
    private static ResolvedMetric Outdated(ResolvedMetric answer) =>
        answer.VerificationState == VerificationState.Fresh
            ? answer with { VerificationState = VerificationState.Stale }
            : answer;

    private static ResolvedMetric Failed(TrustMetric metric, WantedMetric wanted, int minimumSample) => new(metric.Id)
    {
        VerificationState = VerificationState.Missing,
        FreshnessWindowMinutes = FreshnessPolicy.Window(metric, wanted.FreshnessWindowMinutes),
        Metadata = new Dictionary<string, object?> { ["source"] = metric.Source },
        Provenance = new(metric.Source, "none", null, null, null, [FailedNote], null, null, minimumSample),
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
