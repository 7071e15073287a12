namespace Smplat.Core.Platform.Observability;

/// <summary>Which build runs and how its components stand.</summary>
public sealed class AppMetrics(ReadinessCheck readiness) : IMetricSource
{
    private const string Build = "smplat_build_info";
    private const string Component = "smplat_component_status";

    public IReadOnlyList<MetricFamily> Families { get; } =
    [
        new(Build, "1, labelled with the version that runs", MetricType.Gauge),
        new(Component, "1 for the status that a component of readiness has, 0 for the others", MetricType.Gauge),
    ];

    public async Task<IReadOnlyList<MetricSample>> ReadAsync(CancellationToken cancellationToken)
    {
        var report = await readiness.CheckAsync(cancellationToken);
        return
        [
            MetricSample.Of(Build, 1, ("version", SmplatTelemetry.Version)),
            .. from component in report.Components
               from status in Enum.GetValues<ComponentStatus>()
               select MetricSample.Of(
                   Component,
                   component.Value.Status == status ? 1 : 0,
                   ("component", component.Key),
                   ("status", status.ToString().ToLowerInvariant())),
        ];
    }
}
