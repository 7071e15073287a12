namespace Smplat.Core.Platform.Outbox;

/// <summary>What a person wants to hear about. The defaults hold for people who never chose.</summary>
public sealed record NotificationPreferences(
    bool OrderUpdates = true,
    bool PaymentUpdates = true,
    bool FulfillmentAlerts = true,
    bool MarketingMessages = false,
    bool BillingAlerts = false,
    Guid? LastSelectedOrderId = null)
{
    public bool Allows(string preference) => preference switch
    {
        Preference.OrderUpdates => OrderUpdates,
        Preference.PaymentUpdates => PaymentUpdates,
        Preference.FulfillmentAlerts => FulfillmentAlerts,
        Preference.MarketingMessages => MarketingMessages,
        Preference.BillingAlerts => BillingAlerts,
        _ => throw new ArgumentOutOfRangeException(nameof(preference), preference, "No such preference."),
    };
}
