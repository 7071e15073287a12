using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Smplat.Core.Observability;

/// <summary>A further place that spans and metrics are exported to; the Azure build adds Azure Monitor.</summary>
public interface ITelemetryTarget
{
    bool IsConfigured { get; }

    void Add(TracerProviderBuilder tracing);

    void Add(MeterProviderBuilder metering);
}
