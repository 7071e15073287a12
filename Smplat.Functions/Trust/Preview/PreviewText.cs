using System.Globalization;
using Smplat.Core.Trust;

namespace Smplat.Functions.Trust.Preview;

/// <summary>Numbers and states in the words of the preview page.</summary>
internal static class PreviewText
{
    private const double MinutesPerHour = 60;
    private const double MinutesPerDay = 1440;

    internal static string State(BoundMetric? metric) => metric switch
    {
        null => "unbound",
        { State: BoundMetric.Preview } => $"preview • {metric.Binding.PreviewState}",
        _ => metric.State,
    };

    /// <summary>Days with one decimal, hours or minutes, whichever is the largest that fits.</summary>
    internal static string Minutes(double? minutes) => minutes switch
    {
        null => "–",
        >= MinutesPerDay => string.Create(CultureInfo.InvariantCulture, $"{minutes / MinutesPerDay:F1} d"),
        >= MinutesPerHour => string.Create(CultureInfo.InvariantCulture, $"{minutes / MinutesPerHour:F1} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{minutes:F0} min"),
    };

    internal static string Utc(DateTimeOffset? instant) =>
        instant is { } at ? at.UtcDateTime.ToString("d MMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture) : "–";

    internal static string Number(double? value) => value is { } number ? number.ToString("0.####", CultureInfo.InvariantCulture) : "–";

    internal static string FreshnessLeft(BoundMetric metric) => metric.FreshnessMinutesLeft switch
    {
        null => "–",
        0 => "none",
        var left => Span(left.Value),
    };

    internal static string Layer(string? layer) => layer switch
    {
        "memory" => "from memory",
        "computed" => "just now",
        _ => "",
    };

    internal static string Count(long samples) =>
        string.Create(CultureInfo.InvariantCulture, $"{samples:#,0} {(samples == 1 ? "sample" : "samples")}");

    /// <summary>Hours and minutes, for spans that are compared with one another.</summary>
    internal static string Span(double minutes)
    {
        var whole = (long)Math.Floor(minutes);
        var (hours, rest) = (whole / 60, whole % 60);
        return string.Create(CultureInfo.InvariantCulture, $"{(hours > 0 ? $"{hours} h" : "")}{(hours > 0 && rest > 0 ? " " : "")}{(rest > 0 || hours == 0 ? $"{rest} min" : "")}");
    }
}
