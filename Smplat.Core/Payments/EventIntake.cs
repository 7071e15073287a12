using Microsoft.Extensions.Logging;
using Npgsql;

namespace Smplat.Core.Payments;

/// <summary>
/// Takes a verified event in: its inbox row first, then its effect, in one transaction, so that deliveries side by side and
/// repeated ones take effect once. An event of an unknown payment is parked until the payment turns up.
/// </summary>
public sealed class EventIntake(
    NpgsqlDataSource database,
    WebhookStore inbox,
    PaymentStore payments,
    EventApplication application,
    IEnumerable<IPaymentEventListener> listeners,
    SupersededPages pages,
    TimeProvider clock,
    ILogger<EventIntake> logger)
{
    /// <returns>The result, and names under which a payment became known, so that what waits for it can follow.</returns>
    public async Task<(WebhookResult Result, IReadOnlyList<string> Known)> TakeAsync(
        StripeEvent message, CancellationToken cancellationToken)
    {
        var reading = EventReading.Of(message);
        var now = clock.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var isNew = await inbox.InsertAsync(message, reading.References, now, transaction, cancellationToken);
        if (!isNew && await inbox.LockStatusAsync(message.Id, transaction, cancellationToken) != "parked")
        {
            return (WebhookResult.Duplicate, []);
        }

        var isOfOthers = isNew && await TellAsync(message, transaction, cancellationToken);
        var (result, known, paid) = await ApplyAsync(message, reading, transaction, cancellationToken);
        if (result == WebhookResult.Parked && isOfOthers)
        {
            result = WebhookResult.Applied;
        }

        await inbox.SetStatusAsync(
            message.Id, result == WebhookResult.Parked ? "parked" : "processed", !isNew, now, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Report(message, result, isNew);
        if (paid is { } orderId)
        {
            await pages.TryCloseAsync(orderId, cancellationToken);
        }

        return (result, known);
    }

    /// <returns>True when a listener knows what the event is about.</returns>
    private async Task<bool> TellAsync(StripeEvent message, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var isKnown = false;
        foreach (var listener in listeners)
        {
            isKnown |= await listener.OnEventAsync(message, transaction, cancellationToken);
        }

        return isKnown;
    }

    /// <returns>With the order whose money came, if it did.</returns>
    private async Task<(WebhookResult Result, IReadOnlyList<string> Known, Guid? Paid)> ApplyAsync(
        StripeEvent message, EventReading reading, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (reading.Fact is PaymentFact.Nothing || (reading.PaymentId is null && reading.References.Count == 0))
        {
            return (WebhookResult.Ignored, [], null);
        }

        if (await payments.LockAsync(reading.PaymentId, reading.References, transaction, cancellationToken) is not { } payment)
        {
            // A page that ended leaves nothing to wait for.
            return (reading.Fact is PaymentFact.PageExpired ? WebhookResult.Ignored : WebhookResult.Parked, [], null);
        }

        var known = await application.ApplyAsync(payment, reading, transaction, cancellationToken);
        return (WebhookResult.Applied, known, reading.Fact is PaymentFact.Succeeded ? payment.OrderId : null);
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
