using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Observability;

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

    /// <summary>Connection string of Application Insights, for spans, metrics and log lines. Unset: nothing is exported there.</summary>
    [ConfigurationKeyName("APPLICATIONINSIGHTS_CONNECTION_STRING")]
    [SecretSetting]
    public string? AzureMonitorConnectionString { get; init; }

    /// <summary>
    /// <c>Authorization=AAD</c>, with <c>ClientId=…;</c> for a user-assigned identity, has the app's managed identity write
    /// to Application Insights. Unset: the connection string is enough.
    /// </summary>
    [ConfigurationKeyName("APPLICATIONINSIGHTS_AUTHENTICATION_STRING")]
    public string? AzureMonitorAuthentication { get; init; }

    /// <summary>
    /// Share of the traces that is exported, from 0 to 1, decided by the trace id. Default 1, all. A caller whose
    /// traceparent says sampled is always followed.
    /// </summary>
    [ConfigurationKeyName("SMPLAT_TRACE_SAMPLE_RATIO")]
    [Range(0.0, 1.0)]
    public double TraceSampleRatio { get; init; } = 1;

    /// <summary>Log lines as <c>json</c> or as short <c>text</c> for eyes. Default json; text in the sample settings.</summary>
    [ConfigurationKeyName("SMPLAT_LOG_FORMAT")]
    public LogFormat LogFormat { get; init; } = LogFormat.Json;
}
