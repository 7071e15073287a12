using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Smplat.Core.Settings;

namespace Smplat.Core.Observability;

/// <summary>
/// Exports spans and metrics for as long as the app runs. The hosting integration of OpenTelemetry is not available on
/// every registry that this builds from, so the providers are made by hand.
/// </summary>
public sealed class TelemetryExport(
    IOptionsMonitor<ObservabilityOptions> options,
    IOptionsMonitor<RuntimeOptions> runtime,
    IEnumerable<ITelemetryTarget> targets) : IHostedService, IDisposable
{
    private TracerProvider? _tracing;
    private MeterProvider? _metering;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var resource = ResourceBuilder.CreateEmpty()
            .AddService(SmplatTelemetry.ServiceName, serviceVersion: SmplatTelemetry.Version)
            .AddAttributes([new("deployment.environment", runtime.CurrentValue.Environment)]);
        var active = targets.Where(target => target.IsConfigured).ToArray();
        var endpoint = options.CurrentValue.OtlpEndpoint;
        if (endpoint is null && active.Length == 0)
        {
            return Task.CompletedTask;
        }

        var tracing = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource)
            .AddSource(SmplatTelemetry.SourceName, "Npgsql", "System.Net.Http");
        var metering = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource)
            .AddMeter(SmplatTelemetry.SourceName, "Npgsql", "System.Net.Http", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime");
        if (endpoint is not null)
        {
            tracing.AddOtlpExporter(exporter => Configure(exporter, endpoint, "v1/traces"));
            metering.AddOtlpExporter(exporter => Configure(exporter, endpoint, "v1/metrics"));
        }

        foreach (var target in active)
        {
            target.Add(tracing);
            target.Add(metering);
        }

        _tracing = tracing.Build();
        _metering = metering.Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _tracing?.ForceFlush(2_000);
        _metering?.ForceFlush(2_000);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _tracing?.Dispose();
        _metering?.Dispose();
    }

    private void Configure(OtlpExporterOptions exporter, Uri endpoint, string path)
    {
        exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = new Uri(endpoint.ToString().TrimEnd('/') + "/" + path);
        exporter.Headers = options.CurrentValue.OtlpHeaders;
    }
}
