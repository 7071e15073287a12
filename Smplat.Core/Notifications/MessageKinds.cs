using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Notifications;

/// <summary>Every kind of message that people get.</summary>
public static class MessageKinds
{
    public const string OrderStatusUpdate = "order_status_update";
    public const string CheckoutRecoveryPrompt = "checkout_recovery_prompt";
    public const string CheckoutRecoveryEscalation = "checkout_recovery_escalation";
    public const string PaymentSuccess = "payment_success";
    public const string FulfillmentRetry = "fulfillment_retry";
    public const string FulfillmentCompletion = "fulfillment_completion";
    public const string InvoiceOverdue = "invoice_overdue";
    public const string OnboardingConciergeNudge = "onboarding_concierge_nudge";
    public const string LoyaltyNudge = "loyalty_nudge";
    public const string LoyaltyTierUpgrade = "loyalty_tier_upgrade";
    public const string WeeklyDigest = "weekly_digest";
    public const string WeeklyOperatorDigest = "weekly_operator_digest";
    public const string HostedSessionRecovery = "hosted_session_recovery";
    public const string HostedSessionRecoveryAlert = "hosted_session_recovery_alert";
    public const string PresetEventAlert = "preset_event_alert";
    public const string ProviderGuardrailFollowUp = "provider_guardrail_followup";

    public static readonly IReadOnlyList<MessageKind> All =
    [
        new(OrderStatusUpdate, MessageClass.Transactional, Preference.OrderUpdates),
        new(CheckoutRecoveryPrompt, MessageClass.Reminder, Preference.OrderUpdates),
        new(CheckoutRecoveryEscalation, MessageClass.Operator, null),
        new(PaymentSuccess, MessageClass.Transactional, Preference.PaymentUpdates),
        new(FulfillmentRetry, MessageClass.Transactional, Preference.FulfillmentAlerts),
        new(FulfillmentCompletion, MessageClass.Transactional, Preference.FulfillmentAlerts),
        new(InvoiceOverdue, MessageClass.Transactional, Preference.BillingAlerts),
        new(OnboardingConciergeNudge, MessageClass.Reminder, Preference.OrderUpdates),
        new(LoyaltyNudge, MessageClass.Marketing, Preference.MarketingMessages),
        new(LoyaltyTierUpgrade, MessageClass.Marketing, Preference.MarketingMessages),
        new(WeeklyDigest, MessageClass.Marketing, Preference.MarketingMessages),
        new(WeeklyOperatorDigest, MessageClass.Operator, null),
        new(HostedSessionRecovery, MessageClass.Reminder, Preference.OrderUpdates),
        new(HostedSessionRecoveryAlert, MessageClass.Operator, null),
        new(PresetEventAlert, MessageClass.Operator, null),
        new(ProviderGuardrailFollowUp, MessageClass.Operator, null),
    ];

    private static readonly Dictionary<string, MessageKind> ByName = All.ToDictionary(kind => kind.Name);

    /// <returns>Null when there is no such kind.</returns>
    public static MessageKind? Find(string name) => ByName.GetValueOrDefault(name);
}
