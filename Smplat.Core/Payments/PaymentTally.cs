using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Payments;

/// <summary>Counts checkouts and webhooks, in the counters that all instances share.</summary>
public sealed class PaymentTally(DurableCounters counters, TimeProvider clock)
{
    private const int MaxReason = 96;
    private const int MaxDeliveryId = 64;

    /// <summary>A session was made; whether money comes is another matter.</summary>
    public void CheckoutSucceeded(Guid paymentId)
    {
        counters.Increment(PaymentMetrics.CheckoutSucceeded);
        counters.Note(PaymentMetrics.LastCheckoutSuccess, new CheckoutSuccessFact(clock.GetUtcNow(), paymentId));
    }

    public void CheckoutFailed(string reason)
    {
        counters.Increment(PaymentMetrics.CheckoutFailed);
        counters.Note(PaymentMetrics.LastCheckoutFailure, new CheckoutFailureFact(clock.GetUtcNow(), Redaction.Redact(reason, MaxReason)));
    }

    public void WebhookProcessed(string eventType, string? deliveryId)
    {
        counters.Increment(PaymentMetrics.WebhookEvents, ("bucket", "processed"), ("event_type", eventType));
        counters.Note(PaymentMetrics.LastWebhookEvent, new WebhookFact(clock.GetUtcNow(), eventType, Short(deliveryId)));
    }

    public void WebhookFailed(string eventType, string reason)
    {
        counters.Increment(PaymentMetrics.WebhookEvents, ("bucket", "failed"), ("event_type", eventType));
        counters.Note(
            PaymentMetrics.LastWebhookFailure, new WebhookFailureFact(clock.GetUtcNow(), eventType, Redaction.Redact(reason, MaxReason)));
    }

    private static string? Short(string? text) => text?.Length > MaxDeliveryId ? text[..MaxDeliveryId] : text;
}

internal sealed record CheckoutSuccessFact(DateTimeOffset At, Guid PaymentId);

internal sealed record CheckoutFailureFact(DateTimeOffset At, string Reason);

internal sealed record WebhookFact(DateTimeOffset At, string Type, string? DeliveryId);

internal sealed record WebhookFailureFact(DateTimeOffset At, string Type, string Reason);
