namespace Smplat.Core.Payments;

/// <summary>Reads of payments.</summary>
public sealed class PaymentFile(PaymentStore payments)
{
    public Task<Payment?> FindAsync(Guid paymentId, CancellationToken cancellationToken) =>
        payments.FindAsync(paymentId, cancellationToken);
}
