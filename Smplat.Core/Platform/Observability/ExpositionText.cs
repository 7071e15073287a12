using System.Globalization;
using System.Text;

namespace Smplat.Core.Platform.Observability;

/// <summary>Writes the Prometheus text format 0.0.4: one HELP and TYPE a family, sorted, escaped, LF, final newline.</summary>
public static class ExpositionText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IEnumerable<(MetricFamily Family, IReadOnlyList<MetricSample> Samples)> families)
    {
        var text = new StringBuilder();
        foreach (var (family, samples) in families.OrderBy(entry => entry.Family.Name, StringComparer.Ordinal))
        {
            text.Append("# HELP ").Append(family.Name).Append(' ').Append(EscapeHelp(family.Help)).Append('\n');
            text.Append("# TYPE ").Append(family.Name).Append(' ').Append(family.Type == MetricType.Counter ? "counter" : "gauge").Append('\n');
            foreach (var (labels, value) in samples
                .Select(sample => (Labels: WriteLabels(sample.Labels), sample.Value))
                .OrderBy(sample => sample.Labels, StringComparer.Ordinal))
            {
                text.Append(family.Name).Append(labels).Append(' ').Append(WriteValue(value)).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string WriteLabels(IReadOnlyDictionary<string, string>? labels) => labels is null || labels.Count == 0
        ? ""
        : "{" + string.Join(',', labels
            .OrderBy(label => label.Key, StringComparer.Ordinal)
            .Select(label => $"{label.Key}=\"{EscapeLabel(label.Value)}\"")) + "}";

    private static string WriteValue(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string EscapeHelp(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    // Label text comes from shoppers: unescaped, one search could forge any other metric.
    private static string EscapeLabel(string text) => EscapeHelp(text)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\r", " ", StringComparison.Ordinal);
}
