using System.Globalization;
using System.Text.RegularExpressions;

namespace Smplat.LocalHost.Hosting.Timers;

/// <summary>When a timer function is due.</summary>
public abstract partial class TimerSchedule
{
    private static readonly TimeSpan OneMinute = TimeSpan.FromMinutes(1);

    /// <summary>The first occurrence after a moment; null when there is none any more.</summary>
    public abstract DateTimeOffset? NextAfter(DateTimeOffset moment);

    /// <summary>Replaces each <c>%Setting%</c> of a schedule's text.</summary>
    /// <exception cref="FormatException">A setting is missing; the message names it.</exception>
    public static string Resolve(string text, IReadOnlyDictionary<string, string> settings) => Placeholder().Replace(text, match =>
    {
        var name = match.Groups[1].Value;
        var value = settings.GetValueOrDefault(name) ?? settings.GetValueOrDefault(name.Replace(":", "__", StringComparison.Ordinal));
        return string.IsNullOrEmpty(value) ? throw new FormatException($"the setting {name} of its schedule is missing") : value;
    });

    /// <summary>Reads cron text of six or five fields, or a time span such as <c>00:05:00</c>.</summary>
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
                + "the second may be left out.");
    }

    /// <summary>Whether occurrences ever come closer than a minute; such a timer has no monitor.</summary>
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
