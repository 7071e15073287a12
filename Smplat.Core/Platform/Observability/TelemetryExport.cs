using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Observability;

/// <summary>
/// Exports spans and metrics for as long as the app runs. Decided once at the start: without a target nothing is
/// registered, so that no listener samples, no span is kept and no thread waits.
/// </summary>
public static class TelemetryExport
{
    /// <summary>Spans of the app, of its SQL statements and of its outgoing HTTP calls.</summary>
    private static readonly string[] Sources = [SmplatTelemetry.SourceName, "Npgsql", "System.Net.Http"];

    private static readonly string[] Meters =
    [
        SmplatTelemetry.SourceName,
        "Npgsql",
        "System.Net.Http",
        "System.Runtime",
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
    ];

    /// <summary>
    /// Sets up tracing and metering, and sends both to the OTLP collector when its address is set. The worker's own source
    /// (<c>Microsoft.Azure.Functions.Worker</c>) is left out: it would report every invocation a second time.
    /// </summary>
    /// <param name="addTarget">Further exporters of spans. They are added before the sampler, so that none brings its own.</param>
    public static OpenTelemetryBuilder AddTelemetryExport(
        this IServiceCollection services,
        ObservabilityOptions settings,
        RuntimeOptions runtime,
        Action<TracerProviderBuilder>? addTarget = null) =>
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService(
                    SmplatTelemetry.ServiceName,
                    serviceVersion: SmplatTelemetry.Version,
                    serviceInstanceId: SmplatTelemetry.InstanceId)
                .AddAttributes([new("deployment.environment.name", runtime.Environment)]))
            .WithTracing(tracing =>
            {
                // The redaction comes before every exporter: what they see is what they send.
                tracing.AddSource(Sources).AddProcessor(new ClientUrlRedaction());
                if (settings.OtlpEndpoint is { } endpoint)
                {
                    tracing.AddOtlpExporter(exporter => Configure(exporter, endpoint, "v1/traces", settings.OtlpHeaders));
                }

                addTarget?.Invoke(tracing);
                tracing.SetSampler(new TraceSampler(settings.TraceSampleRatio));
            })
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(Meters);
                if (settings.OtlpEndpoint is { } endpoint)
                {
                    metrics.AddOtlpExporter(exporter => Configure(exporter, endpoint, "v1/metrics", settings.OtlpHeaders));
                }
            });

    private static void Configure(OtlpExporterOptions exporter, Uri endpoint, string path, string? headers)
    {
        exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = new Uri(endpoint.ToString().TrimEnd('/') + "/" + path);
        exporter.Headers = headers;
    }
}

/// <summary>
/// Decides which traces are kept. A parent that was sampled is followed. Anything else is decided by the trace id, so all
/// instances, and all spans of a trace, decide alike; a parent that was not sampled does not count, because the Functions
/// host marks every request that way unless its caller traces.
/// </summary>
/// <remarks>
/// A statement or an outgoing call outside of any request or job is never kept: idle timers ask the database every few
/// seconds, and each such span would be a trace of its own that tells nothing.
/// </remarks>
/// <param name="ratio">Share of the traces that is kept, from 0 to 1.</param>
public sealed class TraceSampler(double ratio) : Sampler
{
    private readonly TraceIdRatioBasedSampler _byTraceId = new(ratio);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var parent = samplingParameters.ParentContext;
        if (parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded))
        {
            return new(SamplingDecision.RecordAndSample);
        }

        return parent.TraceId == default && samplingParameters.Kind == ActivityKind.Client
            ? new(SamplingDecision.Drop)
            : _byTraceId.ShouldSample(samplingParameters);
    }
}

/// <summary>
/// Takes secrets out of the addresses of outgoing calls. Some vendors put them in the path, such as Slack in its webhooks,
/// and others identifiers of customers; so of a path only the segments that are words stay. .NET itself hides queries.
/// </summary>
internal sealed class ClientUrlRedaction : BaseProcessor<Activity>
{
    private const string Attribute = "url.full";

    /// <summary>The longest segment that still passes as a word of an API.</summary>
    private const int LongestWord = 24;

    public override void OnEnd(Activity data)
    {
        if (data.Kind == ActivityKind.Client && data.GetTagItem(Attribute) is string address)
        {
            data.SetTag(Attribute, Redact(address));
        }
    }

    internal static string Redact(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url))
        {
            return "…";
        }

        var path = string.Join('/', url.AbsolutePath.Split('/').Select(segment => IsWord(segment) ? segment : "…"));
        return $"{url.Scheme}://{url.Authority}{path}";
    }

    private static bool IsWord(string segment) =>
        (segment.Length <= LongestWord && segment.All(letter => char.IsAsciiLetterLower(letter) || letter is '-' or '_' or '.'))
        || (segment is ['v', .. var version] && version.All(char.IsAsciiDigit));
}
