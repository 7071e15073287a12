using Microsoft.Extensions.Configuration;
using Smplat.Core.Settings;

namespace Smplat.Core.Observability;

/// <summary>Where traces, metrics and logs go.</summary>
public sealed class ObservabilityOptions
{
    /// <summary>Collector that takes OTLP over HTTP. Unset: nothing is exported.</summary>
    [ConfigurationKeyName("OTEL_EXPORTER_OTLP_ENDPOINT")]
    public Uri? OtlpEndpoint { get; init; }

    /// <summary>Headers for the collector, <c>name=value</c> separated by commas.</summary>
    [ConfigurationKeyName("OTEL_EXPORTER_OTLP_HEADERS")]
    [SecretSetting]
    public string? OtlpHeaders { get; init; }

    /// <summary>Azure Monitor, in the Azure build. Unset: nothing is exported there.</summary>
    [ConfigurationKeyName("APPLICATIONINSIGHTS_CONNECTION_STRING")]
    [SecretSetting]
    public string? AzureMonitorConnectionString { get; init; }

    /// <summary>Log lines as <c>json</c> or as short <c>text</c> for eyes. Default json; text in the sample settings.</summary>
    [ConfigurationKeyName("SMPLAT_LOG_FORMAT")]
    public LogFormat LogFormat { get; init; } = LogFormat.Json;
}
