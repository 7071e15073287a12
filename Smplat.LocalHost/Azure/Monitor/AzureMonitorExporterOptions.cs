using Azure.Core;

namespace Azure.Monitor.OpenTelemetry.Exporter;

/// <summary>Options of the exporter. The local build exports nothing and only takes them.</summary>
public class AzureMonitorExporterOptions : ClientOptions
{
    public string? ConnectionString { get; set; }

    public float SamplingRatio { get; set; } = 1.0F;
}
