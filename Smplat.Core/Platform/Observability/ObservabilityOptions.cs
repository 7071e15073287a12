using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Observability;

/// <summary>Where traces, metrics and logs go.</summary>
public sealed class ObservabilityOptions
{
    /// <summary>Collector that accepts OTLP over HTTP. Unset: nothing is exported.</summary>
    [ConfigurationKeyName("OTEL_EXPORTER_OTLP_ENDPOINT")]
    public Uri? OtlpEndpoint { get; init; }

    /// <summary>Headers for the collector, <c>name=value</c> separated by commas.</summary>
    [ConfigurationKeyName("OTEL_EXPORTER_OTLP_HEADERS")]
    [SecretSetting]
    public string? OtlpHeaders { get; init; }

    /// <summary>Connection string of Application Insights, for spans, metrics and log lines. Unset: nothing is exported to it.</summary>
    [ConfigurationKeyName("APPLICATIONINSIGHTS_CONNECTION_STRING")]
    [SecretSetting]
    public string? AzureMonitorConnectionString { get; init; }

    /// <summary>
    /// <c>Authorization=AAD</c>, with <c>ClientId=…;</c> for a user-assigned identity, writes to Application Insights as the
    /// app's managed identity. Unset: the connection string is enough.
    /// </summary>
    [ConfigurationKeyName("APPLICATIONINSIGHTS_AUTHENTICATION_STRING")]
    public string? AzureMonitorAuthentication { get; init; }

    /// <summary>
    /// Share of the traces that are exported, from 0 to 1, decided by the trace id. Default 1: all. A trace whose
    /// traceparent says sampled is always exported.
    /// </summary>
    [ConfigurationKeyName("SMPLAT_TRACE_SAMPLE_RATIO")]
    [Range(0.0, 1.0)]
    public double TraceSampleRatio { get; init; } = 1;

    /// <summary>Log lines as <c>json</c> or as short, readable <c>text</c>. Default json; text in the sample settings.</summary>
    [ConfigurationKeyName("SMPLAT_LOG_FORMAT")]
    public LogFormat LogFormat { get; init; } = LogFormat.Json;
}

/// <summary>The format of log lines on the console.</summary>
public enum LogFormat
{
    Json,
    Text,
}
