namespace Smplat.Core.Trust;

/// <summary>Derives the delivery timeline from a forecast and from what the editor wrote.</summary>
public static class TimelinePolicy
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
        return new(written.Headline, Narrative(written.Narrative, alerts), Confidence(metric?.State), metric, Badge.Of(metric))
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
        : string.Join(' ', alerts.Select(AlertText.Of).Prepend(written).Where(text => !string.IsNullOrEmpty(text)));

    private static int? Days(double? minutes) =>
        minutes is { } value ? Whole(Math.Round(value / MinutesPerDay, MidpointRounding.AwayFromZero)) : null;

    private static int? DaysUp(double? minutes) => minutes is { } value ? Whole(Math.Ceiling(value / MinutesPerDay)) : null;

    private static int Whole(double days) => (int)Math.Clamp(days, 1, 10_000);
}
