namespace Smplat.Core.Payments;

/// <summary>
/// How facts add up. Every rule keeps the greatest, the latest or the first, so that the same facts in any order, and any of
/// them repeated, end in the same state.
/// </summary>
public static class PaymentPolicy
{
    /// <summary>Adds what an event says; refunds and disputes are rows of their own and are added up by the caller.</summary>
    public static Payment Add(Payment payment, PaymentFact fact) => WithStatus(fact switch
    {
        PaymentFact.Succeeded succeeded => payment with
        {
            CapturedAt = payment.CapturedAt is { } known && known <= succeeded.CapturedAt ? known : succeeded.CapturedAt,
        },
        PaymentFact.Failed failed when IsLater(failed, payment) => payment with
        {
            FailedAt = failed.At,
            FailureReason = failed.Reason,
        },
        PaymentFact.RefundedInAll refunded => payment with
        {
            RefundedAmount = Math.Max(payment.RefundedAmount, refunded.Total),
        },
        _ => payment,
    });

    /// <summary>Succeeded never goes back to failed, and refunded is final, also for rows that were set by hand.</summary>
    private static Payment WithStatus(Payment payment)
    {
        var told = payment.RefundedAmount > 0 && payment.RefundedAmount >= payment.Amount ? PaymentStatus.Refunded
            : payment.CapturedAt is not null || payment.RefundedAmount > 0 ? PaymentStatus.Succeeded
            : payment.FailedAt is not null ? PaymentStatus.Failed
            : PaymentStatus.Pending;
        return Rank(told) > Rank(payment.Status) ? payment with { Status = told } : payment;
    }

    private static int Rank(string status) => status switch
    {
        PaymentStatus.Refunded => 3,
        PaymentStatus.Succeeded => 2,
        PaymentStatus.Failed => 1,
        _ => 0,
    };

    private static bool IsLater(PaymentFact.Failed fact, Payment payment) =>
        payment.FailedAt is not { } known
        || fact.At > known
        || (fact.At == known && string.CompareOrdinal(fact.Reason, payment.FailureReason) > 0);
}
