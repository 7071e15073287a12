using Smplat.Core.Payments.State;

namespace Smplat.Core.Payments.Checkout;

/// <summary>Reads of payments.</summary>
public sealed class PaymentFile(PaymentStore payments)
{
    public Task<Payment?> FindAsync(Guid paymentId, CancellationToken cancellationToken) =>
        payments.FindAsync(paymentId, cancellationToken);
}
