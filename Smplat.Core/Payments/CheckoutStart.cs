using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Payments;

/// <summary>A request for a checkout session in which an order can be paid.</summary>
/// <param name="RequestKey">The caller's idempotency key: a repeated request with it returns the same session.</param>
public sealed record StartCheckout(
    Guid OrderId, string SuccessUrl, string CancelUrl, string? CustomerEmail, string? RequestKey = null)
{
    public static StartCheckout Read(Fields fields) => new(
        fields.RequiredGuid("order_id"),
        fields.RequiredText("success_url", max: 2048),
        fields.RequiredText("cancel_url", max: 2048),
        fields.Text("customer_email", 0, 320));
}

/// <summary>The outcome of a request for a checkout session.</summary>
public abstract record StartCheckoutOutcome
{
    private StartCheckoutOutcome()
    {
    }

    public sealed record Started(
        string CheckoutSessionId, string CheckoutUrl, Guid PaymentId, decimal Amount, string Currency) : StartCheckoutOutcome;

    public sealed record Refused(Refusal Refusal) : StartCheckoutOutcome;

    /// <summary>The payment provider did not create a session.</summary>
    public sealed record Failed : StartCheckoutOutcome;
}

/// <summary>
/// Called when a checkout session was created for an order; register with
/// <c>services.AddCheckoutStartListener&lt;T&gt;()</c>.
/// </summary>
public interface ICheckoutStartListener
{
    /// <summary>Called inside the transaction that records the session, for database work only.</summary>
    Task OnStartedAsync(Guid orderId, NpgsqlTransaction transaction, CancellationToken cancellationToken);
}

internal sealed record NoSuchOrder() : NotFound("payments.order_not_found", "Order not found");

internal sealed record OrderHasNoItems() : Invalid("payments.order_has_no_items", "Order has no items");

internal sealed record OrderIsPaid() : Conflict("payments.order_is_paid", "The order is paid already");

internal sealed record OrderIsCanceled() : Conflict("payments.order_is_canceled", "The order is canceled");

internal sealed record PaymentIsProcessing() : Conflict(
    "payments.payment_is_processing", "A payment of this order is being processed by the bank; there is nothing to pay until it answers");

internal sealed record PaymentIsUnderReview() : Conflict(
    "payments.payment_is_under_review", "A payment of this order is of another amount than was asked for; operators are looking at it");

internal sealed record IdempotencyKeyOfAnotherRequest() : Conflict(
    "payments.key_of_another_request", "This Idempotency-Key was used with other addresses or another customer");

internal sealed record IdempotencyKeyOfAnotherOrder()
    : Conflict("payments.key_of_another_order", "This Idempotency-Key was used for another order");

internal sealed record SessionIsClosed()
    : Conflict("payments.page_is_closed", "The checkout session of this Idempotency-Key is closed; use another key for a new one");

internal sealed record StripeNotConfigured(string Setting)
    : Unavailable("payments.not_configured", $"Payments are not configured; {Setting} is not set.");

/// <summary>
/// Starts the payment of an order. The payment is recorded before the provider is called, so that every event matches a
/// payment, and a repeated request with the same key returns the same session.
/// </summary>
public sealed class CheckoutStart(
    OrderQueries orders,
    CheckoutPayments payments,
    IStripeGateway stripe,
    SupersededSessions sessions,
    PaymentCounters counters,
    IOptionsMonitor<PaymentsOptions> options,
    ILogger<CheckoutStart> logger)
{
    public async Task<StartCheckoutOutcome> StartAsync(StartCheckout command, CancellationToken cancellationToken)
    {
        var order = await orders.FindAsync(command.OrderId, cancellationToken);
        if (await RefuseAsync(order, cancellationToken) is { } refusal)
        {
            return new StartCheckoutOutcome.Refused(refusal);
        }

        if (string.IsNullOrWhiteSpace(options.CurrentValue.SecretKey))
        {
            counters.CheckoutFailed("STRIPE_SECRET_KEY is not set");
            return new StartCheckoutOutcome.Refused(new StripeNotConfigured("STRIPE_SECRET_KEY"));
        }

        try
        {
            return await StartAsync(order!, command, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            counters.CheckoutFailed(exception.Message);
            throw;
        }
    }

    private async Task<Refusal?> RefuseAsync(Order? order, CancellationToken cancellationToken) =>
        order is null ? new NoSuchOrder()
        : order.Items.Count == 0 ? new OrderHasNoItems()
        : order.Status == OrderStatus.Canceled ? new OrderIsCanceled()
        : await payments.StateOfAsync(order.Id, cancellationToken) switch
        {
            { IsPaid: true } => new OrderIsPaid(),
            { IsProcessing: true } => new PaymentIsProcessing(),
            { IsMismatched: true } => new PaymentIsUnderReview(),
            _ => null,
        };

    private async Task<StartCheckoutOutcome> StartAsync(Order order, StartCheckout command, CancellationToken cancellationToken)
    {
        var (request, payment, isNew) = await payments.BeginAsync(order, command, cancellationToken);
        if (payment.OrderId != order.Id)
        {
            return new StartCheckoutOutcome.Refused(new IdempotencyKeyOfAnotherOrder());
        }

        if (payment.RequestHash is { } hash && hash != CheckoutPayments.HashOf(command))
        {
            return new StartCheckoutOutcome.Refused(new IdempotencyKeyOfAnotherRequest());
        }

        if (payment.SessionClosedAt is not null)
        {
            return new StartCheckoutOutcome.Refused(new SessionIsClosed());
        }

        if (payment is { ProviderSessionId: { } known, CheckoutUrl: { } url })
        {
            return new StartCheckoutOutcome.Started(known, url, payment.Id, payment.Amount, payment.Currency);
        }

        return await stripe.CreateSessionAsync(request, cancellationToken) switch
        {
            SessionOutcome.Made made => await SucceedAsync(payment, made, cancellationToken),
            SessionOutcome.Failed failed => await FailAsync(payment, isNew, failed, cancellationToken),
            var unknown => throw new InvalidOperationException($"Unknown outcome {unknown}."),
        };
    }

    private async Task<StartCheckoutOutcome> SucceedAsync(
        Payment payment, SessionOutcome.Made made, CancellationToken cancellationToken)
    {
        await payments.RecordSessionAsync(payment, made, cancellationToken);
        counters.CheckoutSucceeded(payment.Id);
        PaymentsLog.CheckoutStarted(logger, payment.OrderId, payment.Id);
        await sessions.TryCloseAsync(payment.OrderId, cancellationToken);
        return new StartCheckoutOutcome.Started(made.SessionId, made.Url, payment.Id, payment.Amount, payment.Currency);
    }

    private async Task<StartCheckoutOutcome> FailAsync(
        Payment payment, bool isNew, SessionOutcome.Failed failed, CancellationToken cancellationToken)
    {
        // Only the request that recorded the payment takes it back: another one's session may be on its way.
        if (failed.IsDefinite && isNew)
        {
            await payments.DiscardAsync(payment.Id, cancellationToken);
        }

        counters.CheckoutFailed(failed.Reason);
        PaymentsLog.CheckoutFailed(logger, payment.OrderId, failed.Reason);
        return new StartCheckoutOutcome.Failed();
    }
}

/// <summary>The payment behind a checkout: recorded before its session exists, linked to the session afterwards.</summary>
public sealed class CheckoutPayments(
    NpgsqlDataSource database,
    PaymentStore payments,
    ParkedEvents parked,
    IEnumerable<ICheckoutStartListener> listeners,
    TimeProvider clock)
{
    private const int MaxInserts = 3;

    public Task<OrderPaymentState> StateOfAsync(Guid orderId, CancellationToken cancellationToken) =>
        payments.ReadOrderStateAsync(orderId, cancellationToken);

    /// <summary>What distinguishes two requests under one idempotency key.</summary>
    public static string HashOf(StartCheckout command) => Convert.ToHexStringLower(SHA256.HashData(
        JsonSerializer.SerializeToUtf8Bytes(new[] { command.SuccessUrl, command.CancelUrl, command.CustomerEmail })));

    /// <summary>Records a pending payment.</summary>
    /// <returns>
    /// The payment and the request for its session. It is not new when the command's key was used before: then it is the earlier one.
    /// </returns>
    public async Task<(SessionRequest Request, Payment Payment, bool IsNew)> BeginAsync(
        Order order, StartCheckout command, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var request = SessionRequest.From(order, Guid.CreateVersion7(now), command);
        var payment = new Payment
        {
            Id = request.PaymentId,
            OrderId = order.Id,
            Provider = "stripe",
            Status = PaymentStatus.Pending,
            Amount = request.Amount,
            Currency = order.Currency,
            RequestHash = HashOf(command),
            CreatedAt = now,
        };
        // The earlier payment can be taken back between the two statements; then this one is recorded in its place.
        for (var attempt = 0; attempt < MaxInserts; attempt++)
        {
            if (await payments.InsertAsync(payment, command.RequestKey, cancellationToken))
            {
                return (request, payment, true);
            }

            if (await payments.FindByRequestKeyAsync(command.RequestKey!, cancellationToken) is { } earlier)
            {
                return (request with { PaymentId = earlier.Id }, earlier, false);
            }
        }

        throw new InvalidOperationException($"The payment of order {order.Id} conflicts with one that does not exist.");
    }

    /// <summary>Links the payment to its session, and handles the events that arrived for the session in the meantime.</summary>
    public async Task RecordSessionAsync(Payment payment, SessionOutcome.Made made, CancellationToken cancellationToken)
    {
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await payments.SetSessionAsync(payment, made, clock.GetUtcNow(), transaction, cancellationToken);
            foreach (var listener in listeners)
            {
                await listener.OnStartedAsync(payment.OrderId, transaction, cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }

        string?[] references = [made.SessionId, made.IntentId];
        await parked.ReplayAsync([.. references.OfType<string>()], cancellationToken);
    }

    /// <summary>Deletes a payment for which the provider refused to create a session.</summary>
    public Task DiscardAsync(Guid paymentId, CancellationToken cancellationToken) =>
        payments.DeleteUnusedAsync(paymentId, cancellationToken);
}
