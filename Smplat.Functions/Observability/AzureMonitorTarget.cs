using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Smplat.Core.Observability;

namespace Smplat.Functions.Observability;

/// <summary>Azure Monitor, when its connection string is set. The .</summary>
public sealed class AzureMonitorTarget(IOptionsMonitor<ObservabilityOptions> options) : ITelemetryTarget
{
    public bool IsConfigured => !string.IsNullOrWhiteSpace(options.CurrentValue.AzureMonitorConnectionString);

    public void Add(TracerProviderBuilder tracing) => tracing.AddAzureMonitorTraceExporter(Configure);

    public void Add(MeterProviderBuilder metering) => metering.AddAzureMonitorMetricExporter(Configure);

    private void Configure(AzureMonitorExporterOptions exporter) =>
        exporter.ConnectionString = options.CurrentValue.AzureMonitorConnectionString;
}
