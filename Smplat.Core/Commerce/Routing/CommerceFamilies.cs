using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Commerce.Routing;

/// <summary>
/// The families of Commerce. Counters are durable and never fall; gauges describe the last minutes and are left out while
/// there is nothing to describe, so that silence is not mistaken for a rate of zero.
/// </summary>
internal static class CommerceFamilies
{
    public static IReadOnlyList<MetricFamily> All { get; } =
    [
        Total(CommerceMetricNames.Requests, "Orders that the router answered, routed or not"),
        Total(CommerceMetricNames.Failures, "Orders that the router could not route"),
        Total(CommerceMetricNames.CartCents, "Totals of the chosen quotes, in cents"),
        Total(CommerceMetricNames.CommissionCents, "Commission expected from the chosen quotes, in cents"),
        Total(CommerceMetricNames.SavingsCents, "What the chosen quotes cost less than the cheapest alternative, in cents"),
        Total(EdgeLog.DroppedCounter, "Lines of the routing log that could not be written"),
        Labelled(CommerceMetricNames.Quotes, "Quotes asked of providers by outcome"),
        Labelled(CommerceMetricNames.Selections, "Orders routed to a provider"),
        Labelled(CommerceMetricNames.Confirmations, "Confirmations by outcome"),
        Labelled(CommerceMetricNames.Failovers, "Confirmations that went to another provider, by outcome"),
        Labelled(VendorCallLedger.CredentialCounter, "Calls that a vendor refused for the app's credentials"),
        Gauge(CommerceMetricNames.RecentRequests, "Orders answered in the last 5 minutes"),
        Gauge(CommerceMetricNames.ErrorRate, "Share of orders of the last 5 minutes that were not routed, 0 to 1"),
        Gauge(CommerceMetricNames.LatencyP50, "Median time to route an order in the last 5 minutes, in ms"),
        Gauge(CommerceMetricNames.LatencyP95, "95th percentile of the time to route an order in the last 5 minutes, in ms"),
        Gauge(CommerceMetricNames.RecentQuotes, "Quotes asked of a provider in the last 5 minutes"),
        Gauge(CommerceMetricNames.ProviderSuccessRate, "Share of a provider's calls of the last 5 minutes that it answered, be it that it has nothing, 0 to 1"),
        Gauge(CommerceMetricNames.ProviderLatencyP95, "95th percentile of a provider's time to quote in the last 5 minutes, in ms"),
        Gauge(CommerceMetricNames.RecentSelections, "Orders of the last hour routed to a provider, of the newest 20,000"),
        Gauge(CommerceMetricNames.SelectionPercent, "Percentage of the last hour's orders routed to a provider, 0 to 100"),
        Gauge(CommerceMetricNames.ConfirmLatencyP95, "95th percentile of the time to confirm in the last 5 minutes, in ms"),
    ];

    private static MetricFamily Total(string name, string help) => new(name, help, MetricType.Counter, IsAlwaysShown: true);

    private static MetricFamily Labelled(string name, string help) => new(name, help, MetricType.Counter);

    private static MetricFamily Gauge(string name, string help) => new(name, help, MetricType.Gauge);
}
