using Smplat.Core.Platform.Input;

namespace Smplat.Core.Platform.Outbox;

/// <summary>A partial change: what is null stays as it is.</summary>
/// <param name="ClearsLastSelectedOrder">The member was sent as null, which clears it.</param>
public sealed record ChangePreferences(
    bool? OrderUpdates,
    bool? PaymentUpdates,
    bool? FulfillmentAlerts,
    bool? MarketingMessages,
    bool? BillingAlerts,
    Guid? LastSelectedOrderId,
    bool ClearsLastSelectedOrder)
{
    private const string LastSelected = "last_selected_order_id";

    public static ChangePreferences Read(Fields fields) => new(
        fields.Flag(Preference.OrderUpdates),
        fields.Flag(Preference.PaymentUpdates),
        fields.Flag(Preference.FulfillmentAlerts),
        fields.Flag(Preference.MarketingMessages),
        fields.Flag(Preference.BillingAlerts),
        fields.Guid(LastSelected),
        fields.IsNull(LastSelected));

    /// <summary>Turns one switch off and leaves the others.</summary>
    public static ChangePreferences TurnOff(string preference) => new(
        Off(preference, Preference.OrderUpdates),
        Off(preference, Preference.PaymentUpdates),
        Off(preference, Preference.FulfillmentAlerts),
        Off(preference, Preference.MarketingMessages),
        Off(preference, Preference.BillingAlerts),
        null,
        false);

    private static bool? Off(string preference, string name) => preference == name ? false : null;
}
