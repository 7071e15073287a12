using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Names of the commerce metrics in the feed; dashboards, alerts and runbooks use them.</summary>
internal static class CommerceMetricNames
{
    public const string Requests = "loopgpt_router_requests_total";

    public const string Failures = "loopgpt_router_failures_total";

    /// <summary>Labels <c>provider_id</c> and <c>outcome</c> (success, mock, nothing_to_offer, error).</summary>
    public const string Quotes = "loopgpt_provider_quotes_total";

    /// <summary>Label <c>provider_id</c>.</summary>
    public const string Selections = "loopgpt_provider_selections_total";

    public const string CartCents = "loopgpt_router_cart_cents_total";

    public const string CommissionCents = "loopgpt_router_commission_cents_total";

    public const string EarnedCents = "loopgpt_confirmed_commission_cents_total";

    public const string SavingsCents = "loopgpt_router_savings_cents_total";

    /// <summary>Label <c>outcome</c> (success, mock, price_changed, failure).</summary>
    public const string Confirmations = "loopgpt_confirmations_total";

    /// <summary>Label <c>outcome</c> (success, failure).</summary>
    public const string Failovers = "loopgpt_failovers_total";

    public const string RecentRequests = "loopgpt_router_recent_requests";

    public const string ErrorRate = "loopgpt_router_error_rate";

    public const string LatencyP50 = "loopgpt_router_latency_p50_ms";

    public const string LatencyP95 = "loopgpt_router_latency_p95_ms";

    public const string RecentQuotes = "loopgpt_provider_recent_quotes";

    public const string ProviderSuccessRate = "loopgpt_provider_success_rate";

    public const string ProviderLatencyP95 = "loopgpt_provider_latency_p95_ms";

    public const string RecentSelections = "loopgpt_provider_recent_selections";

    public const string SelectionPercent = "loopgpt_provider_selection_pct";

    public const string ConfirmLatencyP95 = "loopgpt_confirm_latency_p95_ms";
}

/// <summary>Metrics of the last minutes for the feed; cached for five seconds, however many scrapers ask.</summary>
internal sealed class CommerceMetrics(EdgeLogStore store, TimeProvider clock) : IMetricSource, IDisposable
{
    private static readonly TimeSpan CacheLifetime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RecentWindow = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan SelectionWindow = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private (DateTimeOffset At, IReadOnlyList<MetricSample> Samples)? _last;

    public IReadOnlyList<MetricFamily> Families => CommerceMetricFamilies.All;

    public async Task<IReadOnlyList<MetricSample>> ReadAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow();
            if (_last is { } last && now - last.At < CacheLifetime)
            {
                return last.Samples;
            }

            var recent = await store.ReadRecentAsync(now - RecentWindow, cancellationToken);
            var selections = await store.CountSelectionsAsync(now - SelectionWindow, cancellationToken);
            IReadOnlyList<MetricSample> samples =
            [
                .. Router(recent.SingleOrDefault(stats => stats.Subject == RecentCallStats.Router)),
                .. Confirming(recent.SingleOrDefault(stats => stats.Subject == RecentCallStats.Confirm)),
                .. recent.Where(stats => stats.Subject is not (RecentCallStats.Router or RecentCallStats.Confirm)).SelectMany(Provider),
                .. Selections(selections),
            ];
            _last = (now, samples);
            return samples;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private static IEnumerable<MetricSample> Router(RecentCallStats? recent)
    {
        yield return MetricSample.Of(CommerceMetricNames.RecentRequests, recent?.Calls ?? 0);
        if (recent is null)
        {
            yield break;
        }

        yield return MetricSample.Of(CommerceMetricNames.ErrorRate, recent.FailureRate);
        if (recent is { P50Ms: { } median, P95Ms: { } p95 })
        {
            yield return MetricSample.Of(CommerceMetricNames.LatencyP50, median);
            yield return MetricSample.Of(CommerceMetricNames.LatencyP95, p95);
        }
    }

    private static IEnumerable<MetricSample> Confirming(RecentCallStats? recent)
    {
        if (recent?.P95Ms is { } p95)
        {
            yield return MetricSample.Of(CommerceMetricNames.ConfirmLatencyP95, p95);
        }
    }

    private static IEnumerable<MetricSample> Provider(RecentCallStats recent)
    {
        var provider = ("provider_id", recent.Subject);
        yield return MetricSample.Of(CommerceMetricNames.RecentQuotes, recent.Calls, provider);
        yield return MetricSample.Of(CommerceMetricNames.ProviderSuccessRate, 1 - recent.FailureRate, provider);
        if (recent.P95Ms is { } p95)
        {
            yield return MetricSample.Of(CommerceMetricNames.ProviderLatencyP95, p95, provider);
        }
    }

    private static IEnumerable<MetricSample> Selections(IReadOnlyList<SelectionCount> selections)
    {
        var all = selections.Sum(selection => selection.Orders);
        foreach (var selection in selections)
        {
            var provider = ("provider_id", selection.ProviderId);
            yield return MetricSample.Of(CommerceMetricNames.RecentSelections, selection.Orders, provider);
            yield return MetricSample.Of(CommerceMetricNames.SelectionPercent, 100.0 * selection.Orders / all, provider);
        }
    }
}

/// <summary>
/// The metric families of Commerce. Counters are durable and never fall; gauges describe the last minutes and are left out
/// while there is no data, so that no traffic is not mistaken for a rate of zero.
/// </summary>
internal static class CommerceMetricFamilies
{
    public static IReadOnlyList<MetricFamily> All { get; } =
    [
        Total(CommerceMetricNames.Requests, "Orders that the router answered, routed or not"),
        Total(CommerceMetricNames.Failures, "Orders that failed; that no provider has the items, or the caller may cause no more calls, is no failure"),
        Total(CommerceMetricNames.CartCents, "Totals of the chosen quotes, in cents, without mocks"),
        Total(CommerceMetricNames.CommissionCents, "Commission expected from the routed orders, in cents, without mocks"),
        Total(CommerceMetricNames.EarnedCents, "Commission earned with the confirmed orders, in cents, without mocks"),
        Total(CommerceMetricNames.SavingsCents, "What the chosen quotes cost less than the cheapest alternative, in cents, without mocks"),
        Total(EdgeLog.DroppedCounter, "Lines of the routing log that could not be written"),
        Total(EdgeLog.RefusedCounter, "Lines of the routing log that the database refused; they are kept as text"),
        Labelled(CommerceMetricNames.Quotes, "Quotes requested from providers by outcome"),
        Labelled(CommerceMetricNames.Selections, "Orders routed to a provider, without mocks"),
        Labelled(CommerceMetricNames.Confirmations, "Confirmations by outcome"),
        Labelled(CommerceMetricNames.Failovers, "Confirmations that went to another provider, by outcome"),
        Labelled(VendorCallLedger.CredentialCounter, "Calls that a vendor refused because of the app's credentials"),
        Gauge(CommerceMetricNames.RecentRequests, "Orders answered in the last 5 minutes"),
        Gauge(CommerceMetricNames.ErrorRate, "Share of orders of the last 5 minutes that failed, 0 to 1; that no provider has the items is no failure"),
        Gauge(CommerceMetricNames.LatencyP50, "Median time to route an order in the last 5 minutes, in ms"),
        Gauge(CommerceMetricNames.LatencyP95, "95th percentile of the time to route an order in the last 5 minutes, in ms"),
        Gauge(CommerceMetricNames.RecentQuotes, "Quotes requested from a provider in the last 5 minutes"),
        Gauge(CommerceMetricNames.ProviderSuccessRate, "Share of a provider's calls of the last 5 minutes that it answered, including answers without stores or items, 0 to 1"),
        Gauge(CommerceMetricNames.ProviderLatencyP95, "95th percentile of a provider's time to quote in the last 5 minutes, in ms"),
        Gauge(CommerceMetricNames.RecentSelections, "Orders of the last hour routed to a provider, of the newest 20,000, without mocks"),
        Gauge(CommerceMetricNames.SelectionPercent, "Percentage of the last hour's orders routed to a provider, 0 to 100"),
        Gauge(CommerceMetricNames.ConfirmLatencyP95, "95th percentile of the time to confirm in the last 5 minutes, in ms"),
    ];

    private static MetricFamily Total(string name, string help) => new(name, help, MetricType.Counter, IsAlwaysShown: true);

    private static MetricFamily Labelled(string name, string help) => new(name, help, MetricType.Counter);

    private static MetricFamily Gauge(string name, string help) => new(name, help, MetricType.Gauge);
}

/// <summary>Recent calls of the router, of one provider, or of confirmation.</summary>
/// <param name="Subject">A provider's wire name, <see cref="Router"/> or <see cref="Confirm"/>.</param>
public sealed record RecentCallStats(string Subject, long Calls, long Failures, double? P50Ms, double? P95Ms)
{
    public const string Router = "";

    public const string Confirm = "confirm";

    public double FailureRate => Calls == 0 ? 0 : (double)Failures / Calls;
}

/// <summary>Orders that went to a provider.</summary>
public sealed record SelectionCount(string ProviderId, long Orders);
