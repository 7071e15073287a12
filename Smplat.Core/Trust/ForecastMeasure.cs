namespace Smplat.Core.Trust;

/// <summary>The delivery forecast as a metric: the slowest product decides.</summary>
public sealed class ForecastMeasure(ForecastFactStore store)
{
    private const int ObservedDays = 30;
    private const int HorizonHours = 36;
    private static readonly TimeSpan Observed = TimeSpan.FromHours(ObservedDays * 24);
    private static readonly TimeSpan Horizon = TimeSpan.FromHours(HorizonHours);

    public async Task<MetricReading> MeasureAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var facts = await store.ReadAsync(now, now - Observed, now + Horizon, cancellationToken);
        return Read(facts, now);
    }

    public static MetricReading Read(ForecastFacts facts, DateTimeOffset now)
    {
        SkuForecast[] skus = [.. facts.BySku.Select(entry => ForecastPolicy.Forecast(entry.Key, entry.Value, now))];
        double[] durations = [.. facts.BySku.Values.SelectMany(sku => sku.Durations)];
        durations.AsSpan().Sort();
        var value = skus.Max(sku => sku.EstimatedClearMinutes);
        var alerts = ForecastAlerts.Of(value, durations.Length, skus);
        return new(value, value is { } minutes ? MetricText.Duration(minutes) : null, durations.Length)
        {
            DataAsOf = now,
            Forecast = new(now, HorizonHours, skus),
            Details = new Dictionary<string, object?>
            {
                ["overall_percentile_bands"] = PercentileBands.Of(durations),
                ["sku_breakdown"] = skus.ToDictionary(sku => sku.Sku, Breakdown),
                ["observed_tasks"] = durations.Length,
                ["observed_window_days"] = ObservedDays,
                ["forecast_alerts"] = alerts,
                ["fallback_copy"] = ForecastAlerts.FallbackCopy(alerts),
            },
        };
    }

    private static SkuBreakdown Breakdown(SkuForecast sku) => new(
        sku.BacklogTasks,
        sku.AverageMinutes,
        sku.PercentileBands,
        sku.Windows,
        sku.UnsupportedReason,
        sku.EstimatedClearMinutes,
        sku.CompletedSampleSize);
}
