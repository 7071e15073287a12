using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Smplat.Core.Observability;

/// <summary>The names under which the app traces and measures.</summary>
public static class SmplatTelemetry
{
    public const string ServiceName = "smplat-api";

    public const string SourceName = "Smplat";

    public static readonly string Version = typeof(SmplatTelemetry).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    public static readonly ActivitySource Activities = new(SourceName, Version);

    public static readonly Meter Meter = new(SourceName, Version);

    /// <summary>
    /// A span that is there also when nobody exports spans, so that log lines and records name a trace in every set-up.
    /// </summary>
    public static Activity Start(string name) => Activities.StartActivity(name) ?? new Activity(name).Start();

    /// <summary>Marks a span as failed with the kind of the exception; messages may hold what no span should.</summary>
    public static void Fail(this Activity? activity, Exception exception)
    {
        activity?.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
        activity?.SetTag("error.type", exception.GetType().FullName);
    }
}
