using System.Globalization;

namespace Smplat.Core.Trust;

/// <summary>Computes the metrics that are sums over tasks: value, text, sample and details from the facts.</summary>
internal sealed class TaskMeasures(TrustFactStore facts)
{
    private static readonly TimeSpan ScoreWindow = TimeSpan.FromHours(720);
    private static readonly TimeSpan CoverageWindow = TimeSpan.FromHours(24);

    public async Task<MetricReading> OnTimeAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        OnTime(await facts.ReadOnTimeAsync(cancellationToken));

    public async Task<MetricReading> OnTimeCompletedAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var found = await facts.ReadOnTimeAsync(cancellationToken);
        return OnTime(found with { DueTasks = found.CompletedDueTasks, OnTimeTasks = found.CompletedOnTimeTasks });
    }

    public async Task<MetricReading> FirstResponseAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var found = await facts.ReadResponsesAsync(cancellationToken);
        double? value = found.Responses == 0 ? null : (double)found.ResponseUs / found.Responses / FactUnits.MicrosecondsPerMinute;
        return new(value, value is { } minutes ? MetricText.Minutes(minutes) : null, found.Responses) { DataAsOf = found.NewestAt };
    }

    public async Task<MetricReading> MeanScoreAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var found = await facts.ReadScoresAsync(now - ScoreWindow, cancellationToken);
        return new(found.MeanScore, found.MeanScore is { } mean ? MetricText.Score(mean) : null, found.Scores)
        {
            DataAsOf = found.NewestAt,
        };
    }

    public async Task<MetricReading> PromoterScoreAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var found = await facts.ReadScoresAsync(now - ScoreWindow, cancellationToken);
        double? value = found.Ratings == 0 ? null : 100d * (found.Promoters - found.Detractors) / found.Ratings;
        return new(value, value is { } score ? MetricText.Whole(score) : null, found.Ratings)
        {
            DataAsOf = found.NewestAt,
            Details = new Dictionary<string, object?>
            {
                ["promoters"] = found.Promoters,
                ["detractors"] = found.Detractors,
            },
        };
    }

    public async Task<MetricReading> BacklogAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var found = await facts.ReadBacklogAsync(now, cancellationToken);
        return Backlog(found, found.OverdueTasks == 0 ? null : found.OverdueMinutes, now);
    }

    public async Task<MetricReading> BacklogTotalAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var found = await facts.ReadBacklogAsync(now, cancellationToken);
        return Backlog(found, found.OverdueMinutes, now);
    }

    public async Task<MetricReading> CoverageAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var found = await facts.ReadCoverageAsync(now - CoverageWindow, now, cancellationToken);
        return Coverage(found, Ratio(found), found.ScheduledTasks, now);
    }

    public async Task<MetricReading> CappedCoverageAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var found = await facts.ReadCoverageAsync(now - CoverageWindow, now, cancellationToken);
        var ratio = Ratio(found);
        return Coverage(
            found, ratio is { } value ? Math.Min(value, 1) : null, found.ScheduledTasks + found.CompletedTasks, now);
    }

    private static MetricReading OnTime(OnTimeFacts found)
    {
        double? value = found.DueTasks == 0 ? null : (double)found.OnTimeTasks / found.DueTasks;
        return new(value, value is { } ratio ? MetricText.Percent(ratio) : null, found.DueTasks)
        {
            DataAsOf = found.NewestAt,
            Details = new Dictionary<string, object?> { ["on_time_tasks"] = found.OnTimeTasks },
        };
    }

    private static MetricReading Backlog(BacklogFacts found, double? value, DateTimeOffset now) =>
        new(value, value is { } minutes ? MetricText.Duration(minutes) : null, found.OutstandingTasks)
        {
            DataAsOf = now,
            Details = new Dictionary<string, object?>
            {
                ["overdue_task_count"] = found.OverdueTasks,
                ["outstanding_task_count"] = found.OutstandingTasks,
                ["average_backlog_minutes"] = found.OverdueTasks == 0 ? null : found.OverdueMinutes / found.OverdueTasks,
                ["total_backlog_minutes"] = found.OverdueMinutes,
            },
        };

    private static double? Ratio(CoverageFacts found) =>
        found.ScheduledTasks > 0 ? (double)found.CompletedTasks / found.ScheduledTasks
        : found.CompletedTasks > 0 ? 1
        : null;

    private static MetricReading Coverage(CoverageFacts found, double? value, long sample, DateTimeOffset now) =>
        new(value, value is { } ratio ? MetricText.Percent(ratio) : null, sample)
        {
            DataAsOf = now,
            Details = new Dictionary<string, object?>
            {
                ["lookback_hours"] = (int)CoverageWindow.TotalHours,
                ["scheduled_tasks"] = found.ScheduledTasks,
                ["completed_tasks"] = found.CompletedTasks,
            },
        };
}

/// <summary>
/// Formats numbers. The digits come from the binary value, ties to even: rounding first, or converting to decimal,
/// gives different text (0.35 would become 0.4).
/// </summary>
internal static class MetricText
{
    private const double MinutesPerHour = 60;

    public static string Percent(double ratio) => Whole(ratio * 100) + "%";

    public static string Minutes(double minutes) => Whole(minutes) + "m";

    public static string Score(double score) => OneDecimal(score);

    /// <summary>In minutes, or in hours from sixty minutes on.</summary>
    public static string Duration(double minutes) =>
        minutes >= MinutesPerHour ? OneDecimal(minutes / MinutesPerHour) + "h" : Minutes(minutes);

    public static string Whole(double number) => number.ToString("F0", CultureInfo.InvariantCulture);

    private static string OneDecimal(double number) => number.ToString("F1", CultureInfo.InvariantCulture);
}

/// <summary>The database returns durations as whole microseconds, so that partial sums add up exactly.</summary>
internal static class FactUnits
{
    public const double MicrosecondsPerSecond = 1_000_000;

    public const double MicrosecondsPerMinute = 60_000_000;

    /// <summary>
    /// Divides to seconds first, then to minutes: the last digits of the contract's test vectors depend on that order.
    /// </summary>
    public static double Minutes(long microseconds) => microseconds / MicrosecondsPerSecond / 60;
}
