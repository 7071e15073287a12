using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Smplat.Core.Platform.Observability;

/// <summary>The names under which the app traces and measures, and how it starts and ends spans.</summary>
public static class SmplatTelemetry
{
    public const string ServiceName = "smplat-api";

    public const string SourceName = "Smplat";

    public static readonly string Version = typeof(SmplatTelemetry).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>This process among the instances of the service.</summary>
    public static readonly string InstanceId = Guid.NewGuid().ToString();

    public static readonly ActivitySource Activities = new(SourceName, Version);

    public static readonly Meter Meter = new(SourceName, Version);

    /// <summary>
    /// A span that is there also when nobody exports spans, so that log lines and records name a trace in every set-up.
    /// </summary>
    /// <param name="parent">The span that it goes on from, of another process too; by default the current one.</param>
    public static Activity Start(string name, ActivityKind kind = ActivityKind.Internal, ActivityContext parent = default)
    {
        if (Activities.StartActivity(name, kind, parent) is { } activity)
        {
            return activity;
        }

        var silent = new Activity(name) { IsAllDataRequested = false };
        if (parent != default)
        {
            silent.SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags);
        }

        return silent.Start();
    }

    /// <summary>
    /// The span of a message that was taken from a queue of the database. It belongs to the trace of the change that the
    /// message came from, and links to the run that took it.
    /// </summary>
    /// <param name="operation">What is done with the message, such as <c>deliver</c>.</param>
    /// <param name="destination">The kind of the message; the span is named by both.</param>
    /// <param name="traceparent">As stored with the message; without it the span belongs to the current one.</param>
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

    /// <summary>Reads the W3C trace context of another process; default when there is none or it makes no sense.</summary>
    public static ActivityContext ParentOf(string? traceparent, string? tracestate = null) =>
        ActivityContext.TryParse(traceparent, tracestate, isRemote: true, out var parent) ? parent : default;

    /// <summary>Marks a span as failed with the kind of the exception; messages may hold what no span should.</summary>
    public static void Fail(this Activity? activity, Exception exception)
    {
        activity?.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
        activity?.SetTag("error.type", exception.GetType().FullName);
    }

    /// <summary>Marks a span as failed for a reason that has a name of its own.</summary>
    /// <param name="reason">One of few values, and no text of a message.</param>
    public static void Fail(this Activity? activity, string reason)
    {
        activity?.SetStatus(ActivityStatusCode.Error, reason);
        activity?.SetTag("error.type", reason);
    }
}
