using Smplat.Core.Access;
using Smplat.Core.Platform.Observability;
using Smplat.Functions.Http;

namespace Smplat.Functions.Observability;

/// <summary>
/// Metrics that dashboards and alerts rely on, whichever features are in use: every scrape declares them, at zero until
/// something happens.
/// </summary>
internal static class ContractFamilies
{
    public static IReadOnlyList<MetricFamily> All { get; } =
    [
        Total("smplat_fulfillment_tasks_processed_total", "Fulfillment tasks completed"),
        Total("smplat_fulfillment_tasks_failed_total", "Attempts at fulfillment tasks that failed"),
        Total("smplat_fulfillment_tasks_dead_lettered_total", "Fulfillment tasks that were dead-lettered"),
        Total("smplat_fulfillment_tasks_retried_total", "Fulfillment tasks rescheduled after a failure"),
        Total("smplat_fulfillment_tasks_postponed_total", "Fulfillment tasks that waited because the circuit of their host was open"),
        WithLabels("smplat_fulfillment_tasks_total", "Fulfillment outcomes by bucket and task type"),
        Total("smplat_fulfillment_loop_errors_total", "Runs of the fulfillment worker that failed entirely"),
        Total("smplat_payments_checkout_succeeded_total", "Checkout sessions created"),
        Total("smplat_payments_checkout_failed_total", "Checkout sessions that could not be created"),
        WithLabels("smplat_payments_webhook_events_total", "Payment webhooks by bucket and event type"),
        Total("smplat_catalog_search_total", "Catalog searches"),
        Total("smplat_catalog_results_returned_total", "Results returned by catalog searches"),
        WithLabels("smplat_catalog_search_category_total", "Catalog searches by category"),
        WithLabels("smplat_catalog_search_sort_total", "Catalog searches by sort order"),
        WithLabels("smplat_catalog_search_query_total", "Catalog searches by query, most frequent only"),
        WithLabels("smplat_catalog_zero_result_query_total", "Searches without a result by query, most frequent only"),
        Total("smplat_catalog_zero_results_total", "Catalog searches without a result"),
        new("smplat_catalog_zero_results_rate", "Share of searches without a result, 0 to 1", MetricType.Gauge, IsAlwaysShown: true),
        new("smplat_catalog_average_results_per_search", "Results per search", MetricType.Gauge, IsAlwaysShown: true),
        WithLabels("smplat_loyalty_referral_events_total", "Referral events by kind"),
        WithLabels("smplat_loyalty_guardrail_overrides_total", "Guardrail overrides by scope; scope all is their sum"),
        WithLabels("smplat_loyalty_nudges_dispatched_total", "Loyalty nudges sent by type"),
        WithLabels("smplat_loyalty_nudge_channels_total", "Loyalty nudges sent by channel"),
        WithLabels("smplat_notifications_total", "Messages by kind and outcome"),
        WithLabels(AuthMetrics.Attempts, "Sign-in attempts by outcome and surface, of shoppers and of operators"),
        WithLabels(AuthMetrics.Lockouts, "Lockouts after too many failed sign-ins, by surface") with
        {
            ShownFor = ("surface", [AuthMetrics.Storefront, AuthMetrics.Operators]),
        },
        WithLabels(AuthMetrics.Checks, "Questions of storefronts whether a sign-in is locked out, by answer"),
        WithLabels(AccessRecorder.Refusals, "Requests refused by a key, a member token, a session, a signature or a rate limit, by tier and reason"),
        WithLabels("smplat_storefront_surface_answers_total", "Answers to storefronts by surface and by whether it is shown or suspended"),
        WithLabels("smplat_http_refused_total", "Requests refused for a missing or wrong key, by reason"),
    ];

    private static MetricFamily Total(string name, string help) => new(name, help, MetricType.Counter, IsAlwaysShown: true);

    private static MetricFamily WithLabels(string name, string help) => new(name, help, MetricType.Counter);
}
