using System.Globalization;

namespace Smplat.Functions.Ops;

/// <summary>Instants as names of places on an axis, in UTC.</summary>
internal static class ChartTime
{
    internal static string Minute(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm", CultureInfo.InvariantCulture);

    internal static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("d MMM", CultureInfo.InvariantCulture);

    internal static string Hour(DateTimeOffset at) => at.UtcDateTime.ToString("ddd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>All places of a window, so that those without a row stay visible as gaps or zeros.</summary>
    internal static IReadOnlyList<DateTimeOffset> Steps(DateTimeOffset since, DateTimeOffset until, TimeSpan step)
    {
        var steps = new List<DateTimeOffset>();
        for (var at = since; at <= until; at += step)
        {
            steps.Add(at);
        }

        return steps;
    }
}
