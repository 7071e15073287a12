using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Payments;

/// <summary>Starts the payment of an order. The payment is on record before the provider is called, so that no event is a stranger.</summary>
public sealed class CheckoutStart(
    NpgsqlDataSource database,
    OrderFile orders,
    PaymentStore payments,
    IStripeGateway stripe,
    ParkedEvents parked,
    SupersededPages pages,
    IEnumerable<ICheckoutStartListener> listeners,
    PaymentTally tally,
    IOptionsMonitor<PaymentsOptions> options,
    TimeProvider clock,
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
            tally.CheckoutFailed("STRIPE_SECRET_KEY is not set");
            return new StartCheckoutOutcome.Refused(new StripeNotConfigured("STRIPE_SECRET_KEY"));
        }

        try
        {
            return await StartAsync(order!, command, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            tally.CheckoutFailed(exception.Message);
            throw;
        }
    }

    private async Task<Refusal?> RefuseAsync(Order? order, CancellationToken cancellationToken) =>
        order is null ? new NoSuchOrder()
        : order.Items.Count == 0 ? new OrderHasNoItems()
        : order.Status == OrderStatus.Canceled ? new OrderIsCanceled()
        : (await payments.AddUpAsync(order.Id, cancellationToken)).IsPaid ? new OrderIsPaid()
        : null;

    private async Task<StartCheckoutOutcome> StartAsync(Order order, StartCheckout command, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var request = SessionRequest.Of(order, Guid.CreateVersion7(now), command);
        var payment = new Payment
        {
            Id = request.PaymentId,
            OrderId = order.Id,
            Provider = "stripe",
            Status = PaymentStatus.Pending,
            Amount = request.Amount,
            Currency = order.Currency,
            CreatedAt = now,
        };
        if (!await payments.InsertAsync(payment, command.RequestKey, cancellationToken))
        {
            payment = (await payments.FindByRequestKeyAsync(command.RequestKey!, cancellationToken))!;
            request = request with { PaymentId = payment.Id };
            if (payment.OrderId != order.Id)
            {
                return new StartCheckoutOutcome.Refused(new KeyOfAnotherOrder());
            }

            if (payment.PageClosedAt is not null)
            {
                return new StartCheckoutOutcome.Refused(new PageIsClosed());
            }

            if (payment is { ProviderSessionId: { } known, CheckoutUrl: { } url })
            {
                return new StartCheckoutOutcome.Started(known, url, payment.Id, payment.Amount, payment.Currency);
            }
        }

        return await stripe.CreateSessionAsync(request, cancellationToken) switch
        {
            SessionOutcome.Made made => await RecordAsync(payment, made, cancellationToken),
            SessionOutcome.Failed failed => await FailAsync(payment, failed, cancellationToken),
            var unknown => throw new InvalidOperationException($"Unknown outcome {unknown}."),
        };
    }

    private async Task<StartCheckoutOutcome> RecordAsync(
        Payment payment, SessionOutcome.Made made, CancellationToken cancellationToken)
    {
        await RecordSessionAsync(payment, made, cancellationToken);
        await parked.ReplayAsync([made.SessionId, .. made.IntentId is { } intent ? new[] { intent } : []], cancellationToken);
        tally.CheckoutSucceeded(payment.Id);
        PaymentsLog.CheckoutStarted(logger, payment.OrderId, payment.Id);
        await pages.TryCloseAsync(payment.OrderId, cancellationToken);
        return new StartCheckoutOutcome.Started(made.SessionId, made.Url, payment.Id, payment.Amount, payment.Currency);
    }

    private async Task RecordSessionAsync(Payment payment, SessionOutcome.Made made, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await payments.SetSessionAsync(
            payment.Id, made.SessionId, made.IntentId, made.Url, clock.GetUtcNow(), transaction, cancellationToken);
        foreach (var listener in listeners)
        {
            await listener.OnStartedAsync(payment.OrderId, transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private async Task<StartCheckoutOutcome> FailAsync(
        Payment payment, SessionOutcome.Failed failed, CancellationToken cancellationToken)
    {
        if (failed.IsDefinite)
        {
            await payments.DeleteUnusedAsync(payment.Id, cancellationToken);
        }

        tally.CheckoutFailed(failed.Reason);
        PaymentsLog.CheckoutFailed(logger, payment.OrderId, failed.Reason);
        return new StartCheckoutOutcome.Failed();
    }
}
