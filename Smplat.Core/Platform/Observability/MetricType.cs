namespace Smplat.Core.Platform.Observability;

/// <summary>The type of a family in the text format.</summary>
public enum MetricType
{
    Counter,
    Gauge,
}
