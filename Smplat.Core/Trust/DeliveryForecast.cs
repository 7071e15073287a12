using System.Runtime.InteropServices;

namespace Smplat.Core.Trust;

/// <summary>When the queues of all products are expected to be empty.</summary>
public sealed record DeliveryForecast(DateTimeOffset GeneratedAt, int HorizonHours, IReadOnlyList<SkuForecast> Skus);

public sealed record SkuForecast(
    string Sku,
    long BacklogTasks,
    long CompletedSampleSize,
    double? AverageMinutes,
    PercentileBands PercentileBands,
    IReadOnlyList<ShiftWindow> Windows,
    double? EstimatedClearMinutes,
    string? UnsupportedReason);

/// <summary>How far one shift reduces a queue.</summary>
public sealed record ShiftWindow(
    DateTimeOffset Start,
    DateTimeOffset End,
    int HourlyCapacity,
    long CapacityTasks,
    long BacklogAtStart,
    long ProjectedTasksCompleted,
    long BacklogAfter);

/// <summary>A product's forecast in the metric's metadata.</summary>
internal sealed record SkuBreakdown(
    long BacklogTasks,
    double? AverageMinutes,
    PercentileBands PercentileBands,
    IReadOnlyList<ShiftWindow> Windows,
    string? UnsupportedReason,
    double? EstimatedClearMinutes,
    long SampleSize);

/// <summary>The delivery forecast as a metric: its value is that of the slowest product.</summary>
internal sealed class ForecastMeasure(TrustFactStore store)
{
    private const int ObservedDays = 30;
    private const int HorizonHours = 36;
    private static readonly TimeSpan Observed = TimeSpan.FromHours(ObservedDays * 24);
    private static readonly TimeSpan Horizon = TimeSpan.FromHours(HorizonHours);

    public async Task<MetricReading> MeasureAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var facts = await store.ReadForecastAsync(now, now - Observed, now + Horizon, cancellationToken);
        return Read(facts, now);
    }

    public static MetricReading Read(ForecastFacts facts, DateTimeOffset now)
    {
        SkuForecast[] skus = [.. facts.BySku.Select(entry => ForecastPolicy.Forecast(entry.Key, entry.Value, now))];
        double[] durations = [.. facts.BySku.Values.SelectMany(sku => sku.Durations)];
        durations.AsSpan().Sort();
        var value = skus.Max(sku => sku.EstimatedClearMinutes);
        var alerts = ForecastAlerts.Evaluate(value, durations.Length, skus);
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

/// <summary>Estimates when a product's queue is empty, from its shifts and its history.</summary>
internal static class ForecastPolicy
{
    public const string NoStaffing = "no_staffing_capacity";
    public const string InsufficientHistory = "insufficient_history";

    public static SkuForecast Forecast(string sku, SkuFacts facts, DateTimeOffset now)
    {
        var durations = CollectionsMarshal.AsSpan(facts.Durations);
        durations.Sort();
        double? average = durations.IsEmpty ? null : Sum(durations) / durations.Length;
        StaffingShift[] shifts =
        [
            .. facts.Shifts.OrderBy(shift => shift.StartsAt).ThenBy(shift => shift.EndsAt).ThenBy(shift => shift.HourlyCapacity),
        ];
        var (windows, clearAt) = Walk(facts.BacklogTasks, shifts);
        var capacity = shifts.Sum(shift => shift.CapacityTasks);
        return new(
            sku,
            facts.BacklogTasks,
            durations.Length,
            average,
            PercentileBands.Of(durations),
            windows,
            Estimate(facts.BacklogTasks, clearAt, capacity, shifts.Sum(shift => shift.Hours), average, now),
            Reason(facts.BacklogTasks, capacity, average));
    }

    private static (List<ShiftWindow> Windows, DateTimeOffset? ClearAt) Walk(long backlog, StaffingShift[] shifts)
    {
        var windows = new List<ShiftWindow>(shifts.Length);
        DateTimeOffset? clearAt = null;
        var remaining = backlog;
        foreach (var shift in shifts)
        {
            var capacity = shift.CapacityTasks;
            var projected = capacity > 0 ? Math.Min(remaining, capacity) : 0;
            if (clearAt is null && projected > 0 && projected == remaining)
            {
                clearAt = shift.StartsAt.AddHours((double)remaining / shift.HourlyCapacity);
            }

            var after = Math.Max(0, remaining - projected);
            windows.Add(new(shift.StartsAt, shift.EndsAt, shift.HourlyCapacity, capacity, remaining, projected, after));
            remaining = after;
        }

        return (windows, clearAt);
    }

    private static double? Estimate(
        long backlog, DateTimeOffset? clearAt, long capacity, double hours, double? average, DateTimeOffset now)
    {
        if (clearAt is { } clear)
        {
            return Math.Max((clear - now).TotalSeconds / 60, 0);
        }

        if (backlog > 0 && capacity > 0 && average is not null)
        {
            return backlog / (capacity / Math.Max(hours, 1e-6)) * 60;
        }

        return backlog == 0 ? 0 : null;
    }

    private static string? Reason(long backlog, long capacity, double? average) =>
        backlog > 0 && capacity == 0 ? NoStaffing
        : backlog > 0 && average is null ? InsufficientHistory
        : null;

    private static double Sum(ReadOnlySpan<double> values)
    {
        var sum = 0d;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum;
    }
}

/// <summary>
/// The alerts of a forecast, in a fixed order, and the sentence shown to shoppers in place of a delivery time.
/// </summary>
internal static class ForecastAlerts
{
    public const string Unavailable = "forecast_unavailable";
    public const string BreachRisk = "sla_breach_risk";
    public const string Watch = "sla_watch";
    public const string LimitedHistory = "limited_history";
    public const string PartialSupport = "partial_support";

    private const double BreachMinutes = 240;
    private const double WatchMinutes = 120;
    private const int EnoughHistory = 5;

    private static readonly (string Alert, string Copy)[] Copies =
    [
        (ForecastPolicy.NoStaffing, "Our team's next shifts are being planned; we confirm your delivery time by mail."),
        (LimitedHistory, "This service is new, so the delivery time is a rough estimate."),
        (BreachRisk, "Demand is high right now and delivery takes longer than usual."),
        (Watch, "Demand is above normal; delivery may take a little longer."),
        (Unavailable, "A live delivery estimate is not available at the moment."),
    ];

    public static IReadOnlyList<string> Evaluate(double? value, long durations, IReadOnlyCollection<SkuForecast> skus)
    {
        var alerts = new List<string>();
        Add(alerts, Unavailable, value is null);
        Add(alerts, BreachRisk, value >= BreachMinutes);
        Add(alerts, Watch, value is >= WatchMinutes and < BreachMinutes);
        Add(alerts, LimitedHistory, durations < EnoughHistory);
        var isUnstaffed = skus.Count > 0 && skus.All(sku => sku.UnsupportedReason == ForecastPolicy.NoStaffing);
        Add(alerts, ForecastPolicy.NoStaffing, isUnstaffed);
        Add(alerts, PartialSupport, !isUnstaffed && skus.Any(sku => sku.UnsupportedReason is not null));
        return alerts;
    }

    public static string? FallbackCopy(IReadOnlyCollection<string> alerts) =>
        Copies.FirstOrDefault(entry => alerts.Contains(entry.Alert)).Copy;

    private static void Add(List<string> alerts, string alert, bool applies)
    {
        if (applies)
        {
            alerts.Add(alert);
        }
    }
}

/// <summary>The text of each alert.</summary>
public static class AlertText
{
    public static string For(string alert) => alert switch
    {
        ForecastAlerts.Unavailable => "No forecast is available at the moment.",
        ForecastAlerts.BreachRisk => "The queue will take four hours or more.",
        ForecastAlerts.Watch => "The queue will take two hours or more.",
        ForecastAlerts.LimitedHistory => "There is not enough history for a reliable forecast.",
        ForecastPolicy.NoStaffing => "No shift is scheduled that could work through the queue.",
        ForecastAlerts.PartialSupport => "No forecast is available for some products.",
        _ => alert,
    };
}

public sealed record PercentileBands(double? P50, double? P90)
{
    /// <param name="sorted">Values in ascending order.</param>
    public static PercentileBands Of(ReadOnlySpan<double> sorted) => new(Percentile.Of(sorted, 50), Percentile.Of(sorted, 90));
}

internal static class Percentile
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
