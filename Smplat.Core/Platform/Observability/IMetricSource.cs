namespace Smplat.Core.Platform.Observability;

/// <summary>Figures that are asked for when the feed is read, such as the depth of a queue. Durable counters need none.</summary>
public interface IMetricSource
{
    IReadOnlyList<MetricFamily> Families { get; }

    Task<IReadOnlyList<MetricSample>> ReadAsync(CancellationToken cancellationToken);
}
