using System.Globalization;
using System.Text.RegularExpressions;
using NCrontab;

namespace Smplat.LocalHost.Hosting;

/// <summary>When a timer function is due.</summary>
public abstract partial class TimerSchedule
{
    private static readonly TimeSpan OneMinute = TimeSpan.FromMinutes(1);

    /// <summary>The first occurrence after a moment; null when there is none.</summary>
    public abstract DateTimeOffset? NextAfter(DateTimeOffset moment);

    /// <summary>Replaces each <c>%Setting%</c> of a schedule's text.</summary>
    /// <exception cref="FormatException">A setting is missing; the message names it.</exception>
    public static string Resolve(string text, IReadOnlyDictionary<string, string> settings) => Placeholder().Replace(text, match =>
    {
        var name = match.Groups[1].Value;
        var value = settings.GetValueOrDefault(name) ?? settings.GetValueOrDefault(name.Replace(":", "__", StringComparison.Ordinal));
        return string.IsNullOrEmpty(value) ? throw new FormatException($"the setting {name} in its schedule is missing") : value;
    });

    /// <summary>Parses a cron expression of five or six fields, or a time span such as <c>00:05:00</c>.</summary>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static TimerSchedule Parse(string text, TimeZoneInfo zone)
    {
        var trimmed = text.Trim();
        if (CronSchedule.TryParse(trimmed, zone) is { } cron)
        {
            return cron;
        }

        return TimeSpan.TryParse(trimmed, CultureInfo.InvariantCulture, out var interval) && interval > TimeSpan.Zero
            ? new IntervalSchedule(interval)
            : throw new FormatException(
                $"\"{text}\" is not a schedule: {{second}} {{minute}} {{hour}} {{day}} {{month}} {{weekday}}, "
                + "the second is optional.");
    }

    /// <summary>Whether occurrences can be less than a minute apart; such a timer has no monitor.</summary>
    public bool IsFasterThanAMinute(DateTimeOffset from)
    {
        var last = from;
        for (var i = 0; i < 10; i++)
        {
            if (NextAfter(last) is not { } next)
            {
                return false;
            }

            if (i > 0 && next - last < OneMinute)
            {
                return true;
            }

            last = next;
        }

        return false;
    }

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Placeholder();

    private sealed class IntervalSchedule(TimeSpan interval) : TimerSchedule
    {
        public override DateTimeOffset? NextAfter(DateTimeOffset moment) => moment + interval;
    }
}

/// <summary>
/// NCRONTAB in a time zone with daylight saving. If the hour field is <c>*</c>, the schedule follows elapsed time: it runs in
/// both passes of a repeated hour and not in a skipped one. With fixed hours each occurrence runs exactly once on the day of a
/// change: one in the skipped hour runs later by the length of the gap, one in the repeated hour runs in the first pass.
/// </summary>
public sealed class CronSchedule : TimerSchedule
{
    // No time zone changes by more than this.
    private static readonly TimeSpan MaxChange = TimeSpan.FromHours(3);
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);
    private static readonly char[] Blanks = [' ', '\t'];

    private readonly CrontabSchedule _cron;
    private readonly TimeZoneInfo _zone;
    private readonly bool _isEveryHour;

    private CronSchedule(CrontabSchedule cron, TimeZoneInfo zone, bool isEveryHour)
    {
        _cron = cron;
        _zone = zone;
        _isEveryHour = isEveryHour;
    }

    /// <summary>The schedule, or null when the text is not a cron expression of five or six fields.</summary>
    public static CronSchedule? TryParse(string text, TimeZoneInfo zone)
    {
        var fields = text.Split(Blanks, StringSplitOptions.RemoveEmptyEntries);
        var options = new CrontabSchedule.ParseOptions { IncludingSeconds = fields.Length == 6 };
        return fields.Length is 5 or 6 && CrontabSchedule.TryParse(string.Join(' ', fields), options) is { } cron
            ? new CronSchedule(cron, zone, fields[^4] == "*")
            : null;
    }

    public override DateTimeOffset? NextAfter(DateTimeOffset moment) =>
        _isEveryHour ? NextByElapsedTime(moment) : NextByWallClock(moment);

    private DateTimeOffset? NextByElapsedTime(DateTimeOffset moment)
    {
        var offset = _zone.GetUtcOffset(moment);
        var wall = moment.ToOffset(offset).DateTime;
        while (Occurrence(wall) is { } next)
        {
            var instant = new DateTimeOffset(next, offset);
            if (_zone.GetUtcOffset(instant) == offset)
            {
                return instant;
            }

            // The clock changes before that: continue from the first second after the change.
            moment = FirstAfterChange(moment, instant, offset);
            offset = _zone.GetUtcOffset(moment);
            wall = moment.ToOffset(offset).DateTime - OneSecond;
        }

        return null;
    }

    private DateTimeOffset? NextByWallClock(DateTimeOffset moment)
    {
        var wall = moment.ToOffset(_zone.GetUtcOffset(moment)).DateTime;
        if (Occurrence(wall) is not { } first)
        {
            return null;
        }

        if (!IsNearChange(moment) && !IsNearChange(Instant(first)))
        {
            return Instant(first);
        }

        var end = first + MaxChange;
        return _cron.GetNextOccurrences(wall - MaxChange, end).Append(Occurrence(end) ?? DateTime.MaxValue - MaxChange)
            .Select(Instant)
            .Where(instant => instant > moment)
            .Min();
    }

    private DateTime? Occurrence(DateTime after)
    {
        var next = _cron.GetNextOccurrence(after);
        return next.Year >= 9999 ? null : next;
    }

    private DateTimeOffset Instant(DateTime wall)
    {
        if (_zone.IsInvalidTime(wall))
        {
            return new DateTimeOffset(wall, _zone.GetUtcOffset(wall - MaxChange));
        }

        var offset = _zone.IsAmbiguousTime(wall) ? _zone.GetAmbiguousTimeOffsets(wall).Max() : _zone.GetUtcOffset(wall);
        return new DateTimeOffset(wall, offset);
    }

    private bool IsNearChange(DateTimeOffset moment) =>
        _zone.GetUtcOffset(moment - MaxChange) != _zone.GetUtcOffset(moment + MaxChange);

    private DateTimeOffset FirstAfterChange(DateTimeOffset before, DateTimeOffset after, TimeSpan offset)
    {
        while (after - before > OneSecond)
        {
            var middle = before + ((after - before) / 2);
            (before, after) = _zone.GetUtcOffset(middle) == offset ? (middle, after) : (before, middle);
        }

        return new DateTimeOffset(after.Ticks - (after.Ticks % OneSecond.Ticks), after.Offset);
    }
}
