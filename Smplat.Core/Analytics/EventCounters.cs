using System.Diagnostics.Metrics;
using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Analytics;

/// <summary>Ingestion metrics: durable totals by verdict, and size and duration of the commit groups.</summary>
public sealed class EventCounters(DurableCounters counters)
{
    public const string Events = "smplat_analytics_events_total";
    public const string Refused = "smplat_analytics_requests_refused_total";

    public static IReadOnlyList<MetricFamily> Families { get; } =
    [
        new(Events, "Offer events by verdict: accepted, duplicate or rejected", MetricType.Counter),
        new(Refused, "Requests with offer events that were refused, by reason: busy or timeout", MetricType.Counter),
    ];

    private static readonly Histogram<int> GroupSize =
        SmplatTelemetry.Meter.CreateHistogram<int>("smplat.analytics.group.size", "{event}", "Events committed together");

    private static readonly Histogram<double> GroupDuration =
        SmplatTelemetry.Meter.CreateHistogram<double>("smplat.analytics.group.duration", "s", "Time to commit a group");

    public void GroupStored(IReadOnlyList<OfferEventWrite> group, int count, TimeSpan duration)
    {
        GroupSize.Record(count);
        GroupDuration.Record(duration.TotalSeconds);
        var accepted = 0;
        var rejected = 0;
        foreach (var write in group)
        {
            foreach (var verdict in write.Verdicts)
            {
                accepted += verdict.Status == VerdictStatus.Accepted ? 1 : 0;
                rejected += verdict.Status == VerdictStatus.Rejected ? 1 : 0;
            }
        }

        Add("accepted", accepted);
        Add("rejected", rejected);
        Add("duplicate", count - accepted - rejected);
    }

    public void Rejected(int count) => Add("rejected", count);

    /// <param name="reason"><c>busy</c> or <c>timeout</c>.</param>
    public void RequestRefused(string reason) => counters.Increment(Refused, ("reason", reason));

    private void Add(string verdict, int count)
    {
        if (count > 0)
        {
            counters.Add(Events, count, ("verdict", verdict));
        }
    }
}

/// <summary>How many events are waiting at the time of a scrape.</summary>
internal sealed class EventMetrics(OfferEventWriter writer, RejectedEventStore rejected) : IMetricSource
{
    private const string Waiting = "smplat_analytics_events_waiting";
    private const string RejectedWaiting = "smplat_analytics_rejected_waiting";

    public IReadOnlyList<MetricFamily> Families { get; } =
    [
        new(Waiting, "Offer events waiting for their commit in this instance", MetricType.Gauge),
        new(RejectedWaiting, "Rejected offer events waiting for a replay", MetricType.Gauge),
    ];

    public async Task<IReadOnlyList<MetricSample>> ReadAsync(CancellationToken cancellationToken) =>
    [
        MetricSample.Of(Waiting, writer.WaitingEvents),
        MetricSample.Of(RejectedWaiting, await rejected.CountWaitingAsync(cancellationToken)),
    ];
}
