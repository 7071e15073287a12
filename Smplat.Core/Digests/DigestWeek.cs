using System.Globalization;

namespace Smplat.Core.Digests;

/// <summary>An ISO week in somebody's own time zone.</summary>
/// <param name="Label">Such as <c>2026-W09</c>.</param>
public sealed record DigestWeek(string Label)
{
    public static DigestWeek At(DateTimeOffset now, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(now, zone).DateTime;
        return new(string.Create(
            CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(local):0000}-W{ISOWeek.GetWeekOfYear(local):00}"));
    }

    /// <summary>Hours since the digest's moment of this week, in local time; negative before it.</summary>
    public static double HoursSinceMoment(DateTimeOffset now, TimeZoneInfo zone, int day, int hour)
    {
        var local = TimeZoneInfo.ConvertTime(now, zone).DateTime;
        var dayOfWeek = local.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)local.DayOfWeek;
        return (local - local.Date.AddDays(day - dayOfWeek).AddHours(hour)).TotalHours;
    }
}
