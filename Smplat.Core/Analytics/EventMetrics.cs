using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Analytics;

/// <summary>How full intake is at the moment of a scrape.</summary>
public sealed class EventMetrics(OfferEventWriter writer, RejectedEventStore rejected) : IMetricSource
{
    private const string Waiting = "smplat_analytics_events_waiting";
    private const string RejectedWaiting = "smplat_analytics_rejected_waiting";

    public IReadOnlyList<MetricFamily> Families { get; } =
    [
        new(Waiting, "Offer events of this instance that wait for their commit", MetricType.Gauge),
        new(RejectedWaiting, "Rejected offer events that wait for a replay", MetricType.Gauge),
    ];

    public async Task<IReadOnlyList<MetricSample>> ReadAsync(CancellationToken cancellationToken) =>
    [
        MetricSample.Of(Waiting, writer.WaitingEvents),
        MetricSample.Of(RejectedWaiting, await rejected.CountWaitingAsync(cancellationToken)),
    ];
}
