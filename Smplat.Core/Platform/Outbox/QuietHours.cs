using System.Globalization;

namespace Smplat.Core.Platform.Outbox;

/// <summary>The hours of a person's own day in which nobody wants to be asked for something.</summary>
/// <param name="FromHour">First quiet hour.</param>
/// <param name="ToHour">First hour that is not quiet any more; the span may cross midnight.</param>
public sealed record QuietHours(int FromHour, int ToHour)
{
    /// <summary>Null for <c>none</c> and for two equal hours.</summary>
    public static QuietHours? Parse(string text)
    {
        if (text.Split('-') is not [var from, var to])
        {
            return null;
        }

        var hours = new QuietHours(
            int.Parse(from, CultureInfo.InvariantCulture), int.Parse(to, CultureInfo.InvariantCulture));
        return hours.FromHour == hours.ToHour ? null : hours;
    }

    /// <summary>When the quiet ends; null when it is not quiet now.</summary>
    public DateTimeOffset? EndOf(DateTimeOffset now, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(now, zone);
        if (!Contains(local.Hour))
        {
            return null;
        }

        var day = local.Hour < ToHour ? local.Date : local.Date.AddDays(1);
        var end = day.AddHours(ToHour);
        while (zone.IsInvalidTime(end))
        {
            // The hour that a clock change leaves out: quiet ends when the day goes on.
            end = end.AddMinutes(30);
        }

        return new DateTimeOffset(end, zone.GetUtcOffset(end)).ToUniversalTime();
    }

    private bool Contains(int hour) => FromHour < ToHour
        ? hour >= FromHour && hour < ToHour
        : hour >= FromHour || hour < ToHour;
}
