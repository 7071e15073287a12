using System.Text.Json;
using Microsoft.Extensions.Logging;
using Npgsql;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Payments;

/// <summary>Takes an event's effect: on the payment, on its order, and on what others are told. All in the caller's transaction.</summary>
public sealed class EventApplication(
    PaymentStore payments,
    OrderFile orders,
    OrderStatusMachine machine,
    OutboxWriter outbox,
    TimeProvider clock,
    ILogger<EventApplication> logger)
{
    private const string Actor = "stripe";

    /// <returns>Names under which the payment is known from now on.</returns>
    public async Task<IReadOnlyList<string>> ApplyAsync(
        Payment before, EventReading reading, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var after = Link(PaymentPolicy.Add(before, await ToFactAsync(before, reading.Fact, transaction, cancellationToken)), reading) with
        {
            PageClosedAt = before.PageClosedAt ?? (reading.ClosesPage ? now : null),
        };
        await payments.SaveAsync(after with { UpdatedAt = now }, transaction, cancellationToken);
        if (after.Status != before.Status)
        {
            PaymentsLog.StatusChanged(logger, after.Id, before.Status, after.Status);
        }

        await ApplyToOrderAsync(before, after, transaction, cancellationToken);
        return [.. new[] { after.ProviderReference, after.ProviderSessionId }.OfType<string>()];
    }

    /// <summary>Single refunds and disputes are kept as rows; what they add up to is the payment's fact.</summary>
    private async Task<PaymentFact> ToFactAsync(
        Payment payment, PaymentFact fact, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        switch (fact)
        {
            case PaymentFact.Refund refund:
                return new PaymentFact.RefundedInAll(
                    await payments.AddRefundAsync(payment.Id, refund, transaction, cancellationToken));
            case PaymentFact.Dispute dispute:
                await payments.AddDisputeAsync(payment.Id, dispute, transaction, cancellationToken);
                return new PaymentFact.Linked();
            default:
                return fact;
        }
    }

    /// <summary>The intent is the better name: refunds and disputes know only it.</summary>
    private static Payment Link(Payment payment, EventReading reading) => payment with
    {
        ProviderSessionId = payment.ProviderSessionId ?? reading.SessionId,
        ProviderReference = payment.ProviderReference is null || payment.ProviderReference == payment.ProviderSessionId
            ? reading.IntentId ?? payment.ProviderReference
            : payment.ProviderReference,
    };

    private async Task ApplyToOrderAsync(
        Payment before, Payment after, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (await orders.LockAsync(after.OrderId, transaction, cancellationToken) is not { } order)
        {
            return;
        }

        if (before.CapturedAt is null && after.CapturedAt is not null
            && await payments.MarkSurplusAsync(after.Id, transaction, cancellationToken))
        {
            PaymentsLog.PaidAgain(logger, order.Id, after.Id, after.Amount, after.Currency);
        }

        // An order of nobody we know has no one to write to.
        if (before.CapturedAt is null && after.CapturedAt is not null && order.UserId is not null)
        {
            await outbox.EnqueueAsync(Receipt(after, order), transaction, cancellationToken);
        }

        var verdict = OrderVerdict.Of(await payments.AddUpAsync(order.Id, transaction, cancellationToken));
        if (verdict.HoldCause is { } cause)
        {
            await HoldAsync(order, after, cause, before, transaction, cancellationToken);
        }
        else if (verdict.IsPaid)
        {
            await LetGoOnAsync(order, after, transaction, cancellationToken);
        }
    }

    private async Task HoldAsync(
        Order order, Payment payment, string cause, Payment before, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (order.Status is OrderStatus.Canceled or OrderStatus.Completed)
        {
            return;
        }

        var note = cause == OrderVerdict.Failure && payment.FailedAt != before.FailedAt
            ? $"Payment failed: {payment.FailureReason}"
            : null;
        await machine.MoveAsync(
            order.Id, OrderStatus.OnHold, new(HoldReason.Payment, cause, Actor, note, note), transaction, cancellationToken);
    }

    private async Task LetGoOnAsync(
        Order order, Payment payment, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var step = new StatusStep(HoldReason.Payment, "payment_success", Actor);
        if (await machine.ReleaseAsync(order.Id, step, transaction, cancellationToken)
            is OrderStatusOutcome.Unchanged { Status: OrderStatus.Pending })
        {
            // One that is let go here asks for its kick-off by itself (ResumedOrders).
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
