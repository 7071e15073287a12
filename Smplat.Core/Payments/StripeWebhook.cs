using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Payments;

/// <summary>A delivery as received.</summary>
/// <param name="Body">The raw bytes; the signature covers them.</param>
public sealed record WebhookDelivery(string Signature, ReadOnlyMemory<byte> Body, string? DeliveryId);

/// <summary>The outcome of a delivery.</summary>
public abstract record WebhookOutcome
{
    private WebhookOutcome()
    {
    }

    /// <summary>Handled now or earlier, or kept until its payment is known.</summary>
    public sealed record Accepted(string Type, WebhookResult Result) : WebhookOutcome;

    public sealed record Refused(Refusal Refusal) : WebhookOutcome;

    /// <summary>Nothing was recorded; the provider will deliver it again.</summary>
    public sealed record Failed(string Type) : WebhookOutcome;
}

public enum WebhookResult
{
    Applied,
    Duplicate,
    Parked,
    Ignored,
}

internal sealed record BadSignature() : Invalid("payments.bad_signature", "Invalid webhook signature");

internal sealed record UnreadableEvent() : Invalid("payments.unreadable_event", "The webhook's body is not an event");

/// <summary>
/// Receives Stripe's webhooks. A delivery is authorised by the signature over its raw bytes, takes effect at most once, and is
/// counted. Events that waited for a payment that it made known are handled right after it.
/// </summary>
public sealed class StripeWebhook(
    EventIntake intake,
    ParkedEvents parked,
    PaymentCounters counters,
    IOptionsMonitor<PaymentsOptions> options,
    TimeProvider clock,
    ILogger<StripeWebhook> logger)
{
    private const string SignatureError = "signature_error";

    public async Task<WebhookOutcome> ReceiveAsync(WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        var secrets = options.CurrentValue.WebhookSecrets;
        if (secrets.Count == 0)
        {
            // Without a secret anyone could create a valid signature.
            counters.WebhookFailed(SignatureError, "STRIPE_WEBHOOK_SECRET is not set");
            return new WebhookOutcome.Refused(new StripeNotConfigured("STRIPE_WEBHOOK_SECRET"));
        }

        var now = clock.GetUtcNow();
        if (StripeSignature.Refuse(delivery.Signature, delivery.Body.Span, secrets, now) is { } why)
        {
            PaymentsLog.BadSignature(logger, why);
            counters.WebhookFailed(SignatureError, "signature_verification_failed");
            return new WebhookOutcome.Refused(new BadSignature());
        }

        if (StripeEvent.Read(delivery.Body, now) is not { } message)
        {
            counters.WebhookFailed("unknown", "unreadable_event");
            return new WebhookOutcome.Refused(new UnreadableEvent());
        }

        return await HandleAsync(message, delivery.DeliveryId, cancellationToken);
    }

    private async Task<WebhookOutcome> HandleAsync(StripeEvent message, string? deliveryId, CancellationToken cancellationToken)
    {
        try
        {
            var (result, known) = await intake.HandleAsync(message, cancellationToken);
            counters.WebhookProcessed(message.Type, deliveryId);
            await parked.ReplayAsync(known, cancellationToken);
            return new WebhookOutcome.Accepted(message.Type, result);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && !DatabaseErrors.IsOutage(exception))
        {
            var problem = Redaction.Redact(exception.Message);
            PaymentsLog.EventFailed(logger, message.Id, message.Type, problem, exception);
            counters.WebhookFailed(message.Type, problem);
            return new WebhookOutcome.Failed(message.Type);
        }
    }
}

/// <summary>A feature that must act in the same transaction that handles an event of the payment provider.</summary>
public interface IPaymentEventListener
{
    /// <summary>
    /// Called for every event, whatever its type, even when it matches no payment, and again whenever an event that waits is
    /// tried again. Database work only. An exception rejects the event, and the provider delivers it again.
    /// </summary>
    /// <returns>True when the event is about something that the feature owns; it then does not wait for a payment.</returns>
    Task<bool> OnEventAsync(StripeEvent message, NpgsqlTransaction transaction, CancellationToken cancellationToken);
}

/// <summary>
/// Handles a verified event: first its inbox row, then its effect, in one transaction, so that concurrent and repeated
/// deliveries take effect once. An event of an unknown payment is parked until the payment is known.
/// </summary>
public sealed class EventIntake(
    NpgsqlDataSource database,
    WebhookStore inbox,
    PaymentEventApplier applier,
    IEnumerable<IPaymentEventListener> listeners,
    SupersededSessions sessions,
    TimeProvider clock,
    ILogger<EventIntake> logger)
{
    /// <returns>The result, and references under which a payment became known, so that parked events can follow.</returns>
    public async Task<(WebhookResult Result, IReadOnlyList<string> Known)> HandleAsync(
        StripeEvent message, CancellationToken cancellationToken)
    {
        var paymentEvent = PaymentEvent.From(message);
        var now = clock.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var isNew = await inbox.InsertAsync(message, paymentEvent.References, now, transaction, cancellationToken);
        if (!isNew && await inbox.LockStatusAsync(message.Id, transaction, cancellationToken) != "parked")
        {
            return (WebhookResult.Duplicate, []);
        }

        var isOwned = await NotifyListenersAsync(message, transaction, cancellationToken);
        var (result, known, paid) = await ApplyAsync(paymentEvent, transaction, cancellationToken);
        if (result == WebhookResult.Parked && isOwned)
        {
            result = WebhookResult.Applied;
        }

        await inbox.SetStatusAsync(
            message.Id, result == WebhookResult.Parked ? "parked" : "processed", !isNew, now, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Report(message, result, isNew);
        if (paid is { } orderId)
        {
            await sessions.TryCloseAsync(orderId, cancellationToken);
        }

        return (result, known);
    }

    /// <returns>True when the event is about something that a listener owns.</returns>
    private async Task<bool> NotifyListenersAsync(StripeEvent message, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var isOwned = false;
        foreach (var listener in listeners)
        {
            isOwned |= await listener.OnEventAsync(message, transaction, cancellationToken);
        }

        return isOwned;
    }

    /// <returns>Also the order that was paid, if one was.</returns>
    private async Task<(WebhookResult Result, IReadOnlyList<string> Known, Guid? Paid)> ApplyAsync(
        PaymentEvent paymentEvent, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (paymentEvent.Fact is PaymentFact.Nothing || (paymentEvent.PaymentId is null && paymentEvent.References.Count == 0))
        {
            return (WebhookResult.Ignored, [], null);
        }

        if (await applier.ApplyAsync(paymentEvent, transaction, cancellationToken) is not { } payment)
        {
            // An expired session or a canceled intent leaves nothing to wait for.
            return (paymentEvent.Fact is PaymentFact.SessionExpired or PaymentFact.Canceled ? WebhookResult.Ignored : WebhookResult.Parked, [], null);
        }

        string?[] references = [payment.ProviderReference, payment.ProviderSessionId];
        return (
            WebhookResult.Applied,
            [.. references.OfType<string>()],
            paymentEvent.Fact is PaymentFact.Succeeded ? payment.OrderId : null);
    }

    private void Report(StripeEvent message, WebhookResult result, bool isNew)
    {
        if (result != WebhookResult.Parked)
        {
            PaymentsLog.EventHandled(logger, message.Id, message.Type, result.ToString());
        }
        else if (isNew)
        {
            PaymentsLog.EventParked(logger, message.Id, message.Type);
        }
    }
}

/// <summary>
/// Applies an event to its payment, to the payment's order and to the customer's messages, all in the caller's transaction.
/// </summary>
public sealed class PaymentEventApplier(
    PaymentStore payments,
    OrderQueries orders,
    OrderStatusMachine machine,
    OutboxWriter outbox,
    TimeProvider clock,
    ILogger<PaymentEventApplier> logger)
{
    private const string Actor = "stripe";

    /// <returns>The payment with the event applied; null when the payment is unknown.</returns>
    public async Task<Payment?> ApplyAsync(
        PaymentEvent paymentEvent, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (await payments.LockAsync(paymentEvent.PaymentId, paymentEvent.References, transaction, cancellationToken)
            is not { } before)
        {
            return null;
        }

        var now = clock.GetUtcNow();
        var refunds = await RecordAsync(before, paymentEvent.Fact, transaction, cancellationToken);
        var after = Link(PaymentPolicy.Apply(before, paymentEvent.Fact, refunds), paymentEvent) with
        {
            SessionClosedAt = before.SessionClosedAt ?? (paymentEvent.ClosesSession ? now : null),
        };
        await payments.SaveAsync(after with { UpdatedAt = now }, transaction, cancellationToken);
        if (after.Status != before.Status)
        {
            PaymentsLog.StatusChanged(logger, after.Id, before.Status, after.Status);
        }

        await ApplyToOrderAsync(before, after, transaction, cancellationToken);
        return after;
    }

    /// <summary>Records a single refund or dispute as a row of its own.</summary>
    /// <returns>All refunds of the payment as they stand.</returns>
    private async Task<IReadOnlyCollection<PaymentFact.Refund>> RecordAsync(
        Payment payment, PaymentFact fact, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (fact is PaymentFact.Dispute dispute)
        {
            await payments.AddDisputeAsync(payment.Id, dispute, transaction, cancellationToken);
        }

        var refunds = (await payments.ListRefundsAsync(payment.Id, transaction, cancellationToken))
            .ToDictionary(refund => refund.Id);
        if (fact is PaymentFact.Refund news)
        {
            var refund = refunds[news.Id] = PaymentPolicy.Merge(refunds.GetValueOrDefault(news.Id), news);
            await payments.SaveRefundAsync(payment.Id, refund, payment.Currency, transaction, cancellationToken);
        }

        return refunds.Values;
    }

    /// <summary>The intent is the better reference: refunds and disputes carry only the intent.</summary>
    private static Payment Link(Payment payment, PaymentEvent paymentEvent) => payment with
    {
        ProviderSessionId = payment.ProviderSessionId ?? paymentEvent.SessionId,
        ProviderReference = payment.ProviderReference is null || payment.ProviderReference == payment.ProviderSessionId
            ? paymentEvent.IntentId ?? payment.ProviderReference
            : payment.ProviderReference,
    };

    private async Task ApplyToOrderAsync(
        Payment before, Payment after, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (await orders.LockAsync(after.OrderId, transaction, cancellationToken) is not { } order)
        {
            return;
        }

        var isNewlySettled = !before.IsSettled && after.IsSettled;
        if (isNewlySettled && await payments.MarkDuplicateAsync(after.Id, transaction, cancellationToken))
        {
            PaymentsLog.PaidAgain(logger, order.Id, after.Id, after.Amount, after.Currency);
        }

        if (!before.IsMismatched && after is { IsMismatched: true, Received: { } received })
        {
            PaymentsLog.Mismatched(logger, order.Id, after.Id, received, after.Asked);
        }

        // A guest order has no recipient, and an order of 0.00 no payment to confirm.
        if (isNewlySettled && order.UserId is not null && after.Amount > 0)
        {
            await outbox.EnqueueAsync(Receipt(after, order), transaction, cancellationToken);
        }

        var state = await payments.ReadOrderStateAsync(order.Id, transaction, cancellationToken);
        if (state.HoldCause is { } cause)
        {
            await HoldAsync(order, after, cause, before, transaction, cancellationToken);
        }
        else if (state.IsPaid)
        {
            await ReleaseAsync(order, after, transaction, cancellationToken);
        }
    }

    private async Task HoldAsync(
        Order order, Payment payment, string cause, Payment before, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (order.Status is OrderStatus.Canceled or OrderStatus.Completed)
        {
            return;
        }

        var note = cause switch
        {
            OrderPaymentState.Failure when payment.FailedAt != before.FailedAt => $"Payment failed: {payment.FailureReason}",
            OrderPaymentState.Mismatch when payment.IsMismatched => $"Payment of {payment.Received} instead of {payment.Asked}",
            _ => null,
        };
        await machine.MoveAsync(
            order.Id, OrderStatus.OnHold, new(HoldReason.Payment, cause, Actor, note, note), transaction, cancellationToken);
    }

    private async Task ReleaseAsync(
        Order order, Payment payment, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var step = new StatusStep(HoldReason.Payment, "payment_success", Actor);
        if (await machine.ReleaseAsync(order.Id, step, transaction, cancellationToken)
            is OrderStatusOutcome.Unchanged { Status: OrderStatus.Pending })
        {
            // For an order that was on hold, ResumedOrderKickoff sends this message.
            await outbox.EnqueueAsync(
                OrderPaid.Message(order.Id, $"{payment.Id}", clock.GetUtcNow()), transaction, cancellationToken);
        }
    }

    private OutboxMessage Receipt(Payment payment, Order order) => new(
        "payment_success",
        OutboxChannel.Email,
        null,
        order.UserId,
        $"payment_success:{payment.Id}",
        JsonSerializer.Serialize(new
        {
            order_id = order.Id,
            order_number = order.OrderNumber,
            payment_id = payment.Id,
            amount = payment.Amount,
            currency = payment.Currency,
        }),
        clock.GetUtcNow());
}

/// <summary>
/// Requests the kick-off again when a paid order is released from hold, by anyone. Its first kick-off found the order on hold
/// and did nothing.
/// </summary>
internal sealed class ResumedOrderKickoff(PaymentStore payments, OutboxWriter outbox, TimeProvider clock) : IOrderStatusListener
{
    public async Task OnChangedAsync(
        IReadOnlyList<OrderStatusChange> changes, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        foreach (var change in changes.Where(change => change is { From: OrderStatus.OnHold, To: OrderStatus.Pending }))
        {
            if ((await payments.ReadOrderStateAsync(change.OrderId, transaction, cancellationToken)).IsPaid)
            {
                await outbox.EnqueueAsync(
                    OrderPaid.Message(change.OrderId, $"{change.Id}", clock.GetUtcNow()), transaction, cancellationToken);
            }
        }
    }
}
