using Azure.Core;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Azure.Monitor.OpenTelemetry.Exporter;

/// <summary>Azure Monitor is part of the Azure build only; here telemetry goes out by OTLP or not at all.</summary>
public static class AzureMonitorExporterExtensions
{
    public static TracerProviderBuilder AddAzureMonitorTraceExporter(
        this TracerProviderBuilder builder, Action<AzureMonitorExporterOptions>? configure = null,
        TokenCredential? credential = null, string? name = null) => builder;

    public static MeterProviderBuilder AddAzureMonitorMetricExporter(
        this MeterProviderBuilder builder, Action<AzureMonitorExporterOptions>? configure = null,
        TokenCredential? credential = null, string? name = null) => builder;

    public static OpenTelemetryLoggerOptions AddAzureMonitorLogExporter(
        this OpenTelemetryLoggerOptions loggerOptions, Action<AzureMonitorExporterOptions>? configure = null,
        TokenCredential? credential = null) => loggerOptions;
}
