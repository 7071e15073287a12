namespace Smplat.Core.Platform.Outbox;

/// <summary>Names of the switches, as columns and as members of JSON.</summary>
public static class Preference
{
    public const string OrderUpdates = "order_updates";
    public const string PaymentUpdates = "payment_updates";
    public const string FulfillmentAlerts = "fulfillment_alerts";
    public const string MarketingMessages = "marketing_messages";
    public const string BillingAlerts = "billing_alerts";

    public static readonly string[] All =
        [OrderUpdates, PaymentUpdates, FulfillmentAlerts, MarketingMessages, BillingAlerts];
}
