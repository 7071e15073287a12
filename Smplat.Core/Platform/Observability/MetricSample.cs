namespace Smplat.Core.Platform.Observability;

/// <summary>One value of a family.</summary>
/// <param name="Labels">Null for none.</param>
public sealed record MetricSample(string Family, double Value, IReadOnlyDictionary<string, string>? Labels = null)
{
    public static MetricSample Of(string family, double value, params (string Name, string Value)[] labels) => new(
        family, value, labels.Length == 0 ? null : labels.ToDictionary(label => label.Name, label => label.Value));
}
