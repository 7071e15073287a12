namespace Smplat.Core.Observability.Exposition;

/// <summary>The type of a family in the text format.</summary>
public enum MetricType
{
    Counter,
    Gauge,
}
