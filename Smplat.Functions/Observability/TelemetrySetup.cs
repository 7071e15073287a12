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
/// Spans and metrics go to the OTLP collector and to Azure Monitor, each when it is set; log lines go to Azure Monitor and,
/// in any case, to the host. With neither set nothing of OpenTelemetry runs.
/// </summary>
public static class TelemetrySetup
{
    public static T AddSmplatTelemetry<T>(this T builder)
        where T : IHostApplicationBuilder
    {
        // Settings that cannot be used refuse the start later, with a sentence for each.
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

            // Tells the host that the worker writes its lines to Azure Monitor itself: the host goes on showing them in its
            // log stream, and keeps them out of its own Application Insights, where each would stand a second time.
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

        // What could not be sent would wait in a folder of the temporary directory. An instance's disk goes with the
        // instance, and telemetry must not lie about on a developer's.
        exporter.DisableOfflineStorage = true;

        // The meter System.Runtime says the same; live metrics hold a connection open for a page that nobody looks at.
        exporter.EnablePerformanceCounters = false;
        exporter.EnableLiveMetrics = false;
    }

    /// <summary>The identity that the platform's own setting names: <c>ClientId=…;Authorization=AAD</c>.</summary>
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
    /// The same as <see cref="JsonLines"/> does for the host: of an exception the type, the redacted message and the stack.
    /// Without the exception itself the line also stays a trace with its own message, which alerts search for.
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
