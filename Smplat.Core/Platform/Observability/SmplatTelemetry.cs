using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Observability;

/// <summary>The names of the app's traces and metrics, and how it starts and ends spans.</summary>
public static class SmplatTelemetry
{
    public const string ServiceName = "smplat-api";

    public const string SourceName = "Smplat";

    public static readonly string Version = typeof(SmplatTelemetry).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>Identifies this process among the instances of the service.</summary>
    public static readonly string InstanceId = Guid.NewGuid().ToString();

    public static readonly ActivitySource Activities = new(SourceName, Version);

    public static readonly Meter Meter = new(SourceName, Version);

    /// <summary>
    /// Starts a span even when spans are not exported, so that log lines and records always have a trace id.
    /// </summary>
    /// <param name="parent">The parent span, which may belong to another process; the current one by default.</param>
    public static Activity Start(string name, ActivityKind kind = ActivityKind.Internal, ActivityContext parent = default)
    {
        if (Activities.StartActivity(name, kind, parent) is { } activity)
        {
            return activity;
        }

        var unexported = new Activity(name) { IsAllDataRequested = false };
        if (parent != default)
        {
            unexported.SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags);
        }

        return unexported.Start();
    }

    /// <summary>
    /// Starts the span of a message from a queue in the database. It belongs to the trace of the change that created the
    /// message, and links to the run that processes it.
    /// </summary>
    /// <param name="operation">What is done with the message, such as <c>deliver</c>.</param>
    /// <param name="destination">The kind of the message. The span name is the operation and the destination.</param>
    /// <param name="traceparent">As stored with the message; if null, the parent is the current span.</param>
    public static Activity? StartMessage(string operation, string destination, object messageId, string? traceparent)
    {
        if (!Activities.HasListeners())
        {
            return null;
        }

        var cause = ParentOf(traceparent);
        return Activities.StartActivity(
            $"{operation} {destination}",
            ActivityKind.Consumer,
            cause,
            [
                new("messaging.system", "postgresql"),
                new("messaging.operation.name", operation),
                new("messaging.operation.type", "process"),
                new("messaging.destination.name", destination),
                new("messaging.message.id", messageId.ToString()),
            ],
            cause != default && Activity.Current is { } run ? [new ActivityLink(run.Context)] : null);
    }

    /// <summary>Parses the W3C trace context of another process; default when it is missing or invalid.</summary>
    public static ActivityContext ParentOf(string? traceparent, string? tracestate = null) =>
        ActivityContext.TryParse(traceparent, tracestate, isRemote: true, out var parent) ? parent : default;

    /// <summary>Marks a span as failed with the type of the exception, not its message, which may contain private data.</summary>
    public static void Fail(this Activity? activity, Exception exception)
    {
        activity?.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
        activity?.SetTag("error.type", exception.GetType().FullName);
    }

    /// <summary>Marks a span as failed for a named reason.</summary>
    /// <param name="reason">One of a few fixed values, not the text of a message.</param>
    public static void Fail(this Activity? activity, string reason)
    {
        activity?.SetStatus(ActivityStatusCode.Error, reason);
        activity?.SetTag("error.type", reason);
    }
}

/// <summary>
/// Exports spans and metrics while the app runs. This is decided once at the start: without a target nothing is registered,
/// so there is no listener, no stored span and no waiting thread.
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
    /// (<c>Microsoft.Azure.Functions.Worker</c>) is left out: it would report every invocation twice.
    /// </summary>
    /// <param name="addTarget">Adds further exporters of spans. It runs before the sampler is set, so no exporter can replace it.</param>
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
                // The redaction comes before every exporter: exporters send the span as they receive it.
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
/// Decides which traces are exported. If the parent was sampled, the span is too. Everything else is decided by the trace id, so
/// all instances, and all spans of a trace, decide alike. A parent that was not sampled is ignored, because the Functions host
/// marks every request as not sampled unless its caller traces.
/// </summary>
/// <remarks>
/// A statement or an outgoing call outside of any request or job is never exported: idle timers query the database every few
/// seconds, and each such span would be a trace of its own without any use.
/// </remarks>
/// <param name="ratio">Share of the traces that are exported, from 0 to 1.</param>
internal sealed class TraceSampler(double ratio) : Sampler
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
/// Removes secrets from the URLs of outgoing calls. Some APIs put secrets or customer identifiers in the path, so only those
/// segments of a path are kept that look like words. .NET itself removes queries.
/// </summary>
internal sealed class ClientUrlRedaction : BaseProcessor<Activity>
{
    private const string Attribute = "url.full";

    /// <summary>The longest segment that counts as a word.</summary>
    private const int MaxWordLength = 24;

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
        (segment.Length <= MaxWordLength && segment.All(letter => char.IsAsciiLetterLower(letter) || letter is '-' or '_' or '.'))
        || (segment is ['v', .. var version] && version.All(char.IsAsciiDigit));
}
