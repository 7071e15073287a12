namespace Smplat.Core.Payments;

/// <summary>What dashboards poll about payments; every total is always there.</summary>
public sealed record PaymentObservability(CheckoutFigures Checkout, WebhookFigures Webhooks);

public sealed record CheckoutFigures(CheckoutTotals Totals, CheckoutEvents Events);

/// <param name="Succeeded">Sessions made, not payments received.</param>
public sealed record CheckoutTotals(long Succeeded, long Failed);

public sealed record CheckoutEvents(
    DateTimeOffset? LastSuccessAt, string? LastSuccessPaymentId, DateTimeOffset? LastFailureAt, string? LastFailureReason);

public sealed record WebhookFigures(WebhookTotals Totals, WebhookEvents Events);

/// <summary>By event type; the less frequent ones are summed up as <c>other</c>.</summary>
public sealed record WebhookTotals(IReadOnlyDictionary<string, long> Processed, IReadOnlyDictionary<string, long> Failed);

public sealed record WebhookEvents(
    DateTimeOffset? LastEventAt,
    string? LastEventType,
    string? LastEventDeliveryId,
    DateTimeOffset? LastFailureAt,
    string? LastFailureType,
    string? LastFailureReason);
