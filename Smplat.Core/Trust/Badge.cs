using System.Globalization;

namespace Smplat.Core.Trust;

/// <summary>The badge on a card. There is none without a binding.</summary>
/// <param name="Details">Lines for the tooltip.</param>
public sealed record Badge(string Label, string State, IReadOnlyList<string> Details)
{
    public static Badge? Of(BoundMetric? metric) => metric is null ? null : new(Word(metric.State), metric.State, [.. Lines(metric)]);

    public static string Word(string state) => state switch
    {
        BoundMetric.Fresh => "Verified",
        BoundMetric.Preview => "Preview",
        BoundMetric.Stale => "Stale",
        _ => "Unavailable",
    };

    private static IEnumerable<string> Lines(BoundMetric metric)
    {
        yield return metric.MetricId;
        if (metric.Source is { } source)
        {
            yield return $"Source: {source}";
        }

        if (metric.SampleSize > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"Sample: {metric.SampleSize}");
        }

        if (metric.ComputedAt is { } at)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"Computed: {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        }

        if (metric.ProvenanceNote is { Length: > 0 } note)
        {
            yield return note;
        }

        foreach (var alert in metric.Alerts ?? [])
        {
            yield return AlertText.Of(alert);
        }
    }
}
