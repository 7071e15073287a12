namespace Smplat.Core.Commerce.Routing;

/// <summary>Names of the commerce figures in the feed; dashboards, alerts and runbooks know them by these.</summary>
internal static class CommerceMetricNames
{
    public const string Requests = "loopgpt_router_requests_total";

    public const string Failures = "loopgpt_router_failures_total";

    /// <summary>Labels <c>provider_id</c> and <c>outcome</c> (success, error).</summary>
    public const string Quotes = "loopgpt_provider_quotes_total";

    /// <summary>Label <c>provider_id</c>.</summary>
    public const string Selections = "loopgpt_provider_selections_total";

    public const string CartCents = "loopgpt_router_cart_cents_total";

    public const string CommissionCents = "loopgpt_router_commission_cents_total";

    public const string SavingsCents = "loopgpt_router_savings_cents_total";

    /// <summary>Label <c>outcome</c> (success, failure).</summary>
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
