using System.CommandLine;
using System.Globalization;

namespace Smplat.Cli.Commands;

/// <summary>
/// A point in time as operators type it: a time ago (<c>30m</c>, <c>24h</c>, <c>7d</c>), a day, or a day and a time. Without an
/// offset it is UTC. A text with two possible readings is refused.
/// </summary>
public static class PointInTime
{
    /// <summary>The accepted forms, for descriptions of options.</summary>
    public const string Forms = "24h, 7d, 2026-03-04 or 2026-03-04T10:00 (UTC unless an offset follows)";

    private const string Examples = "30m, 24h or 7d ago, 2026-03-04, 2026-03-04T10:00 (UTC), 2026-03-04T10:00Z or 2026-03-04T10:00+02:00";

    private static readonly TimeSpan Furthest = TimeSpan.FromDays(3_650);

    private static readonly string[] Formats =
    [
        "yyyy-MM-dd",
        .. from separator in (string[])["'T'", "' '"]
           from time in (string[])["HH:mm", "HH:mm:ss", "HH:mm:ss.FFFFFFF"]
           select $"yyyy-MM-dd{separator}{time}K",
    ];

    /// <returns>Null when the option was not given.</returns>
    /// <exception cref="UsageException">The text has none of the accepted forms.</exception>
    public static DateTimeOffset? Read(ParseResult parsed, Option<string?> option, DateTimeOffset now) =>
        parsed.GetValue(option) is { } text ? Parse(text, now, option.Name) : null;

    /// <param name="option">Its name, for the message.</param>
    /// <exception cref="UsageException">The text has none of the accepted forms.</exception>
    public static DateTimeOffset Parse(string text, DateTimeOffset now, string option)
    {
        var trimmed = text.Trim();
        if (trimmed.Length > 1
            && int.TryParse(trimmed.AsSpan(0, trimmed.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && UnitOf(trimmed[^1]) is { } unit
            && count <= Furthest / unit)
        {
            return now - (count * unit);
        }

        return DateTimeOffset.TryParseExact(
            trimmed.ToUpperInvariant(), Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? instant
            : throw new UsageException($"{option}: \"{text}\" is not a time; write {Examples}.");
    }

    private static TimeSpan? UnitOf(char letter) => letter switch
    {
        'm' => TimeSpan.FromMinutes(1),
        'h' => TimeSpan.FromHours(1),
        'd' => TimeSpan.FromDays(1),
        _ => null,
    };
}
