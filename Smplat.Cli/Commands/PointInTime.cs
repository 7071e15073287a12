using System.Globalization;

namespace Smplat.Cli.Commands;

/// <summary>A point in time as operators type it: a time ago (<c>30m</c>, <c>24h</c>, <c>7d</c>) or an ISO instant.</summary>
internal static class PointInTime
{
    private const int MaxCount = 100_000;

    /// <exception cref="UsageException">The text is neither.</exception>
    public static DateTimeOffset Parse(string text, DateTimeOffset now, string option)
    {
        if (text.Length > 1
            && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count <= MaxCount
            && UnitOf(text[^1]) is { } unit)
        {
            return now - (count * unit);
        }

        return DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? instant
            : throw new UsageException($"{option} must be a time ago such as 30m, 24h or 7d, or an ISO instant, not \"{text}\".");
    }

    private static TimeSpan? UnitOf(char letter) => letter switch
    {
        'm' => TimeSpan.FromMinutes(1),
        'h' => TimeSpan.FromHours(1),
        'd' => TimeSpan.FromDays(1),
        _ => null,
    };
}
