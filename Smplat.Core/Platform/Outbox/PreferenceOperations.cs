using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Reads and changes which messages a person wants, for the person or through a signed unsubscribe link.</summary>
public sealed class PreferenceOperations(
    RecipientStore store, UnsubscribeLinks links, TimeProvider clock, ILogger<PreferenceOperations> logger)
{
    public async Task<PreferenceOutcome> ReadAsync(Guid userId, CancellationToken cancellationToken) =>
        OutcomeOf(userId, await store.ReadPreferencesAsync(userId, cancellationToken));

    public async Task<PreferenceOutcome> ChangeAsync(
        Guid userId, ChangePreferences change, CancellationToken cancellationToken) =>
        OutcomeOf(userId, await store.ChangePreferencesAsync(userId, change, clock.GetUtcNow(), cancellationToken));

    /// <summary>Turns off the preference that a signed link names. Repeating it changes nothing.</summary>
    /// <returns>The preference that is off now; null for an invalid link, or when the person no longer exists.</returns>
    public async Task<string?> UnsubscribeAsync(string token, CancellationToken cancellationToken)
    {
        if (links.Read(token) is not { } request)
        {
            return null;
        }

        var change = ChangePreferences.TurnOff(request.Preference);
        if (await store.ChangePreferencesAsync(request.UserId, change, clock.GetUtcNow(), cancellationToken) is null)
        {
            return null;
        }

        OutboxLog.Unsubscribed(logger, request.UserId, request.Preference);
        return request.Preference;
    }

    private static PreferenceOutcome OutcomeOf(Guid userId, NotificationPreferences? preferences) => preferences is null
        ? new PreferenceOutcome.Refused(new UnknownPerson(userId))
        : new PreferenceOutcome.Known(preferences);
}

/// <summary>The result of reading or changing a person's preferences.</summary>
public abstract record PreferenceOutcome
{
    private PreferenceOutcome()
    {
    }

    public sealed record Known(NotificationPreferences Preferences) : PreferenceOutcome;

    public sealed record Refused(Refusal Refusal) : PreferenceOutcome;
}

/// <summary>The person does not exist.</summary>
internal sealed record UnknownPerson(Guid UserId) : NotFound("notifications.unknown_user", "User not found");

/// <summary>Names of the preferences, as columns and as JSON members.</summary>
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

/// <summary>Which messages a person wants. The defaults apply to people who never chose.</summary>
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
        _ => throw new ArgumentOutOfRangeException(nameof(preference), preference, "There is no such preference."),
    };
}

/// <summary>A partial change. Members that are null stay as they are.</summary>
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

    /// <summary>Turns one preference off and leaves the others as they are.</summary>
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

/// <summary>The signed link that turns one preference off for one person. It does not expire.</summary>
public sealed class UnsubscribeLinks(LinkSigner signer, IOptionsMonitor<RuntimeOptions> runtime)
{
    public const string Path = "api/v1/notifications/unsubscribe";

    private const string Purpose = "unsubscribe";

    public string For(Guid userId, string preference) =>
        new Uri(runtime.CurrentValue.ApiBaseUrl, $"{Path}/{signer.Sign(Purpose, $"{userId:N}:{preference}")}").AbsoluteUri;

    /// <returns>Null when the token was not signed by us.</returns>
    public UnsubscribeRequest? Read(string token) =>
        signer.Open(Purpose, token)?.Split(':') is [var user, var preference]
            && Guid.TryParseExact(user, "N", out var userId)
            && Preference.All.Contains(preference)
                ? new(userId, preference)
                : null;
}

/// <summary>The content of an unsubscribe link.</summary>
public sealed record UnsubscribeRequest(Guid UserId, string Preference);
