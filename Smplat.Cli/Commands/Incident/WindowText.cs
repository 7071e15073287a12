using System.Globalization;

namespace Smplat.Cli.Commands.Incident;

/// <summary>A point in time as operators write it: <c>30m</c>, <c>24h</c>, <c>7d</c> back, or an ISO instant.</summary>
public static class WindowText
{
    /// <exception cref="UsageException">It is neither.</exception>
    public static DateTimeOffset Parse(string text, DateTimeOffset now)
    {
        if (text.Length > 1
            && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && UnitOf(text[^1]) is { } unit
            && count <= TimeSpan.FromDays(3_650) / unit)
        {
            return now - (count * unit);
        }

        return DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? instant
            : throw new UsageException($"--since must be such as 30m, 24h or 7d, or an ISO instant, not \"{text}\".");
    }

    private static TimeSpan? UnitOf(char letter) => letter switch
    {
        'm' => TimeSpan.FromMinutes(1),
        'h' => TimeSpan.FromHours(1),
        'd' => TimeSpan.FromDays(1),
        _ => null,
    };
}
