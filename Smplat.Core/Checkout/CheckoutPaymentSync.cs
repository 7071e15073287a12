using Npgsql;
using Smplat.Core.Payments;

namespace Smplat.Core.Checkout;

/// <summary>Who opens a payment page is under way: nobody reminds them while they are busy paying.</summary>
public sealed class CheckoutPaymentSync(CheckoutStore store, TimeProvider clock) : ICheckoutStartListener
{
    public async Task OnStartedAsync(Guid orderId, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await store.EnsureAsync([orderId], now, transaction, cancellationToken);
        if (await store.LockAsync([orderId], transaction, cancellationToken) is [var checkout]
            && CheckoutPolicy.Decide(checkout.Standing, CheckoutStage.Payment, CheckoutStatus.InProgress, null, now)
                is CheckoutVerdict.Moved moved)
        {
            var step = new CheckoutStep(CheckoutStage.Payment, CheckoutStatus.InProgress, "Payment page opened");
            await store.WriteAsync([new(checkout.Id, moved.Next, "{}", [step])], now, transaction, cancellationToken);
        }
    }
}
