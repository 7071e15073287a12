namespace Smplat.Core.Commerce.Routing;

/// <summary>Names of events as the runbook's queries spell them.</summary>
internal static class EdgeLogEvents
{
    public const string RouteOrder = "loopgpt_route_order";
    public const string ConfirmOrder = "loopgpt_confirm_order";
    public const string RecordOutcome = "loopgpt_record_outcome";

    public const string QuoteSuccess = "provider_quote_success";
    public const string QuoteError = "provider_quote_error";
    public const string ProviderSkipped = "provider_skipped";
    public const string Decision = "router_decision";
    public const string Failure = "router_failure";
    public const string Latency = "router_latency";

    public const string ConfirmSuccess = "commerce.confirm_order.success";
    public const string ConfirmFailure = "commerce.confirm_order.failure";
    public const string FailoverSuccess = "commerce.failover_success";
    public const string FailoverFailure = "commerce.failover_failure";
}
