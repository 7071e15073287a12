using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Trace;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Security;
using Smplat.Core.Platform.Settings;

namespace Smplat.Functions.Observability;

/// <summary>
/// Spans and metrics go to the OTLP collector and to Azure Monitor, each if it is configured; log lines go to Azure Monitor
/// and always to the host. With neither configured, OpenTelemetry does not run.
/// </summary>
public static class TelemetrySetup
{
    public static T AddSmplatTelemetry<T>(this T builder)
        where T : IHostApplicationBuilder
    {
        // Invalid settings stop the start later, with a message for each.
        var (settings, _) = SettingsReader.Read<ObservabilityOptions>(builder.Configuration);
        var (runtime, _) = SettingsReader.Read<RuntimeOptions>(builder.Configuration);
        var hasAzureMonitor = !string.IsNullOrWhiteSpace(settings.AzureMonitorConnectionString);
        if (settings.OtlpEndpoint is null && !hasAzureMonitor)
        {
            return builder;
        }

        void Configure(AzureMonitorExporterOptions exporter) => ConfigureExporter(exporter, settings);
        var telemetry = builder.Services.AddTelemetryExport(
            settings, runtime, hasAzureMonitor ? tracing => tracing.AddAzureMonitorTraceExporter(Configure) : null);
        if (hasAzureMonitor)
        {
            telemetry.WithMetrics(metrics => metrics.AddAzureMonitorMetricExporter(Configure));
            telemetry.WithLogging(
                logging => logging.AddProcessor(new ExceptionRedaction()).AddAzureMonitorLogExporter(Configure),
                lines => lines.IncludeFormattedMessage = true);

            // Tells the host that the worker sends its log lines to Azure Monitor itself: the host still shows them in its log
            // stream, but does not send them to Application Insights, where each would appear twice.
            builder.Services.Configure<WorkerOptions>(worker =>
                worker.Capabilities["WorkerApplicationInsightsLoggingEnabled"] = bool.TrueString);
        }

        return builder;
    }

    private static void ConfigureExporter(AzureMonitorExporterOptions exporter, ObservabilityOptions settings)
    {
        exporter.ConnectionString = settings.AzureMonitorConnectionString;
        exporter.Credential = Credential(settings.AzureMonitorAuthentication);

        // Lines are logged whether or not their trace is kept.
        exporter.EnableTraceBasedLogsSampler = false;

        // Unsent telemetry would be stored in the temporary directory. The disk of an instance is lost with the instance, and
        // telemetry must not stay on a developer's machine.
        exporter.DisableOfflineStorage = true;

        // The meter System.Runtime reports the same; live metrics keep a connection open for a page that nobody uses.
        exporter.EnablePerformanceCounters = false;
        exporter.EnableLiveMetrics = false;
    }

    /// <summary>The identity named by the platform's setting: <c>ClientId=…;Authorization=AAD</c>.</summary>
    private static ManagedIdentityCredential? Credential(string? authentication)
    {
        var parts = (authentication ?? "")
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2))
            .Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        if (!string.Equals(parts.GetValueOrDefault("Authorization"), "AAD", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        return new(parts.GetValueOrDefault("ClientId") is { Length: > 0 } clientId
            ? ManagedIdentityId.FromUserAssignedClientId(clientId)
            : ManagedIdentityId.SystemAssigned);
    }

    /// <summary>
    /// As <see cref="JsonLines"/> for the host: of an exception the type, the redacted message and the stack. Without the
    /// exception itself the line also stays a trace with its own message, which alerts search for.
    /// </summary>
    private sealed class ExceptionRedaction : BaseProcessor<LogRecord>
    {
        public override void OnEnd(LogRecord data)
        {
            if (data.Exception is not { } exception)
            {
                return;
            }

            data.Attributes =
            [
                .. data.Attributes ?? [],
                new("exception.type", exception.GetType().FullName),
                new("exception.message", Redaction.Redact(exception.Message)),
                new("exception.stacktrace", exception.StackTrace),
            ];
            data.Exception = null;
        }
    }
}
