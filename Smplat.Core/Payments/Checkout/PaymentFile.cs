using Smplat.Core.Payments.State;

namespace Smplat.Core.Payments.Checkout;

/// <summary>Reads of payments.</summary>
public sealed class PaymentFile(PaymentStore payments)
{
    public Task<Payment?> FindAsync(Guid paymentId, CancellationToken cancellationToken) =>
        payments.FindAsync(paymentId, cancellationToken);

    /// <summary>All payments of an order added up, for features that must know whether it is paid.</summary>
    public Task<OrderMoney> AddUpAsync(Guid orderId, CancellationToken cancellationToken) =>
        payments.AddUpAsync(orderId, cancellationToken);
}
