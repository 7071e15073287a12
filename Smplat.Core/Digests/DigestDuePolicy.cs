namespace Smplat.Core.Digests;

/// <summary>Decides whether a person's digest is due.</summary>
public static class DigestDuePolicy
{
    /// <param name="lastWeek">Week of the last issue; null for the first.</param>
    /// <param name="byHand">An operator asks: the moment of the week does not matter, one issue per week does.</param>
    public static bool IsDue(
        DateTimeOffset now,
        TimeZoneInfo zone,
        string? lastWeek,
        DateTimeOffset? lastAt,
        bool byHand,
        WeeklyDigestOptions options)
    {
        if (lastWeek == DigestWeek.At(now, zone).Label)
        {
            return false;
        }

        var tolerance = TimeSpan.FromHours(options.CatchUpHours + 12);
        if (lastAt is { } at && now - at < TimeSpan.FromSeconds(options.IntervalSeconds) - tolerance)
        {
            return false;
        }

        var hours = DigestWeek.HoursSinceMoment(now, zone, options.Day, options.Hour);
        return byHand || (hours >= 0 && hours < options.CatchUpHours);
    }
}
