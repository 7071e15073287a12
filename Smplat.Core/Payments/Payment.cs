using Smplat.Core.Platform.Input;

namespace Smplat.Core.Payments;

/// <summary>A request to pay for an order, and what came of it.</summary>
public sealed record Payment
{
    public required Guid Id { get; init; }

    public required Guid OrderId { get; init; }

    public required string Provider { get; init; }

    /// <summary>The payment intent, or the checkout session as long as the intent is unknown.</summary>
    public string? ProviderReference { get; init; }

    public string? ProviderSessionId { get; init; }

    public required string Status { get; init; }

    public decimal Amount { get; init; }

    public required string Currency { get; init; }

    public decimal RefundedAmount { get; init; }

    public string? FailureReason { get; init; }

    public DateTimeOffset? FailedAt { get; init; }

    public DateTimeOffset? CapturedAt { get; init; }

    public string? CheckoutUrl { get; init; }

    /// <summary>When the checkout session was known to be closed for payment; null while it may still be paid.</summary>
    public DateTimeOffset? SessionClosedAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>Labels of <c>payments.status</c>.</summary>
internal static class PaymentStatus
{
    public const string Pending = "pending";

    public const string Succeeded = "succeeded";

    public const string Failed = "failed";

    public const string Refunded = "refunded";
}

/// <summary>What an event says about a payment.</summary>
public abstract record PaymentFact
{
    private PaymentFact()
    {
    }

    /// <summary>Nothing that this app acts on.</summary>
    public sealed record Nothing : PaymentFact;

    /// <summary>Only links a session to its intent.</summary>
    public sealed record Linked : PaymentFact;

    /// <summary>The checkout session expired unpaid.</summary>
    public sealed record SessionExpired : PaymentFact;

    public sealed record Succeeded(DateTimeOffset CapturedAt) : PaymentFact;

    public sealed record Failed(string Reason, DateTimeOffset At) : PaymentFact;

    /// <param name="Total">The total refunded so far.</param>
    public sealed record TotalRefunded(decimal Total) : PaymentFact;

    /// <summary>The current state of one refund.</summary>
    public sealed record Refund(string Id, decimal Amount, string? Status, string? Reason, DateTimeOffset At) : PaymentFact;

    /// <summary>The current state of one dispute.</summary>
    public sealed record Dispute(string Id, decimal Amount, string Status, string? Reason, DateTimeOffset At) : PaymentFact;
}

/// <summary>Reads of payments.</summary>
public sealed class PaymentQueries(PaymentStore payments)
{
    public Task<Payment?> FindAsync(Guid paymentId, CancellationToken cancellationToken) =>
        payments.FindAsync(paymentId, cancellationToken);
}

/// <summary>What all payments of one order add up to, and what follows from it for the order.</summary>
public sealed record OrderPaymentState
{
    public const string Failure = "payment_failure";

    public const string Refund = "payment_refund";

    public const string Dispute = "payment_dispute";

    public bool IsPaid { get; init; }

    public bool HasFailed { get; init; }

    public bool IsRefunded { get; init; }

    /// <summary>A dispute is open or was lost.</summary>
    public bool IsDisputed { get; init; }

    /// <summary>Why the order must go on hold; null when there is no reason.</summary>
    public string? HoldCause =>
        IsDisputed ? Dispute
        : IsPaid ? null
        : IsRefunded ? Refund
        : HasFailed ? Failure
        : null;
}

public sealed record PaymentNotFound() : NotFound("payments.not_found", "Payment not found");

/// <summary>
/// How facts change a payment. Every rule keeps the greatest, the latest or the first value, so that the same facts lead to
/// the same state in any order and when repeated.
/// </summary>
internal static class PaymentPolicy
{
    /// <summary>Applies one fact. Single refunds and disputes are rows of their own, and the caller adds them up.</summary>
    public static Payment Apply(Payment payment, PaymentFact fact) => WithStatus(fact switch
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
        PaymentFact.TotalRefunded refunded => payment with
        {
            RefundedAmount = Math.Max(payment.RefundedAmount, refunded.Total),
        },
        _ => payment,
    });

    /// <summary>Succeeded never goes back to failed, and refunded is final, even for rows that were set manually.</summary>
    private static Payment WithStatus(Payment payment)
    {
        var implied = payment.RefundedAmount > 0 && payment.RefundedAmount >= payment.Amount ? PaymentStatus.Refunded
            : payment.CapturedAt is not null || payment.RefundedAmount > 0 ? PaymentStatus.Succeeded
            : payment.FailedAt is not null ? PaymentStatus.Failed
            : PaymentStatus.Pending;
        return Rank(implied) > Rank(payment.Status) ? payment with { Status = implied } : payment;
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
