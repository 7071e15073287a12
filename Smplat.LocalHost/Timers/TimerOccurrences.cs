using Microsoft.Azure.Functions.Worker;

namespace Smplat.LocalHost.Timers;

/// <summary>What is remembered of a monitored timer between runs and over restarts.</summary>
/// <param name="Last">The last run; null before the first.</param>
/// <param name="Next">The occurrence that is waited for.</param>
/// <param name="LastUpdated">When this was written.</param>
internal sealed record TimerOccurrences(DateTimeOffset? Last, DateTimeOffset Next, DateTimeOffset LastUpdated)
{
    /// <summary>As the function sees it: host time, and 0001-01-01 before the first run.</summary>
    public ScheduleStatus In(TimeZoneInfo zone) => new()
    {
        Last = Last is { } last ? Local(last, zone) : default,
        Next = Local(Next, zone),
        LastUpdated = Local(LastUpdated, zone),
    };

    private static DateTime Local(DateTimeOffset moment, TimeZoneInfo zone) =>
        zone == TimeZoneInfo.Utc ? moment.UtcDateTime : TimeZoneInfo.ConvertTime(moment, zone).DateTime;
}
