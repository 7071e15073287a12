using System.Globalization;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>Numbers, amounts and times in the words of the page. What is unknown is a dash, never a zero.</summary>
internal static class OpsText
{
    internal const string Unknown = "–";

    internal static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    /// <param name="share">0 to 1.</param>
    internal static string Percent(double? share) =>
        share is { } value ? (value * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %" : Unknown;

    internal static string Dollars(decimal? cents) =>
        cents is { } value ? (value / 100).ToString("$#,0.00", CultureInfo.InvariantCulture) : Unknown;

    internal static string Millis(double? ms) => ms switch
    {
        null => Unknown,
        >= 10_000 => (ms.Value / 1000).ToString("0.0", CultureInfo.InvariantCulture) + " s",
        _ => ms.Value.ToString("#,0", CultureInfo.InvariantCulture) + " ms",
    };

    internal static string Span(TimeSpan span) => span.Duration() switch
    {
        { TotalSeconds: < 1 } => "under 1 s",
        { TotalSeconds: < 120 } seconds => $"{(int)seconds.TotalSeconds} s",
        { TotalMinutes: < 120 } minutes => $"{(int)minutes.TotalMinutes} min",
        { TotalHours: < 48 } hours => $"{(int)hours.TotalHours} h",
        var days => $"{(int)days.TotalDays} d",
    };

    internal static string Utc(DateTimeOffset at) => at.UtcDateTime.ToString("d MMM yyyy, HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>How long ago, with the instant itself for machines and for a longer look.</summary>
    internal static Markup Time(DateTimeOffset? instant, DateTimeOffset now)
    {
        if (instant is not { } at)
        {
            return Markup.Of($"{Unknown}");
        }

        var words = at <= now ? $"{Span(now - at)} ago" : $"in {Span(at - now)}";
        return Markup.Of(
            $"""<time datetime="{at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}" title="{Utc(at)}">{words}</time>""");
    }
}
