namespace Smplat.Core.Payments;

/// <summary>Names of the durable counters and facts; the feed, the dashboards and the alerts know them by these.</summary>
public static class PaymentMetrics
{
    public const string CheckoutSucceeded = "smplat_payments_checkout_succeeded_total";

    public const string CheckoutFailed = "smplat_payments_checkout_failed_total";

    /// <summary>Labels <c>bucket</c> (processed, failed) and <c>event_type</c>.</summary>
    public const string WebhookEvents = "smplat_payments_webhook_events_total";

    public const string CounterPrefix = "smplat_payments_";

    public const string FactPrefix = "payments.";

    public const string LastCheckoutSuccess = "payments.checkout.last_success";

    public const string LastCheckoutFailure = "payments.checkout.last_failure";

    public const string LastWebhookEvent = "payments.webhook.last_event";

    public const string LastWebhookFailure = "payments.webhook.last_failure";
}
