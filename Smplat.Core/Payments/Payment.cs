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

    /// <summary>What was refunded, in the currency that was received.</summary>
    public decimal RefundedAmount { get; init; }

    /// <summary>The same in minor units.</summary>
    public long RefundedMinor { get; init; }

    /// <summary>What came, in minor units; null while nothing came, or when no event said how much.</summary>
    public long? ReceivedMinor { get; init; }

    public string? ReceivedCurrency { get; init; }

    /// <summary>Another amount or currency came than was asked for: it does not pay the order, and operators decide.</summary>
    public bool IsMismatched { get; init; }

    /// <summary>A debit is under way: the customer has done their part, and the bank answers within days.</summary>
    public bool IsProcessing { get; init; }

    public DateTimeOffset? DebitStartedAt { get; init; }

    public DateTimeOffset? DebitEndedAt { get; init; }

    /// <summary>The charge's own total of refunds, at the latest event that stated it.</summary>
    public long? ChargeRefundedMinor { get; init; }

    public DateTimeOffset? ChargeRefundedAt { get; init; }

    public string? FailureReason { get; init; }

    public DateTimeOffset? FailedAt { get; init; }

    public DateTimeOffset? CapturedAt { get; init; }

    public string? CheckoutUrl { get; init; }

    /// <summary>What the caller asked for under its idempotency key.</summary>
    public string? RequestHash { get; init; }

    /// <summary>When the checkout session was known to be closed for payment; null while it may still be paid.</summary>
    public DateTimeOffset? SessionClosedAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public Money Asked => Money.Of(Amount, Currency);

    public Money? Received => this is { ReceivedMinor: { } minor, ReceivedCurrency: { } currency } ? new(minor, currency) : null;

    /// <summary>The money that was asked for came, whatever went back since.</summary>
    public bool IsSettled => CapturedAt is not null && !IsMismatched;
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

    /// <param name="Minor">What came, in minor units; null when the event does not say it.</param>
    public sealed record Succeeded(DateTimeOffset CapturedAt, long? Minor = null, string? Currency = null) : PaymentFact;

    /// <summary>The customer has authorised a debit; the bank answers later.</summary>
    public sealed record DebitStarted(DateTimeOffset At) : PaymentFact;

    public sealed record Failed(string Reason, DateTimeOffset At) : PaymentFact;

    /// <summary>The attempt was canceled: a debit that was under way is not any more.</summary>
    public sealed record Canceled(DateTimeOffset At) : PaymentFact;

    /// <param name="Minor">The charge's total of refunds at that time, pending ones included.</param>
    public sealed record TotalRefunded(long Minor, DateTimeOffset At) : PaymentFact;

    /// <summary>The current state of one refund.</summary>
    /// <param name="RequestedAt">When it was created at the provider; null when the event does not say it.</param>
    public sealed record Refund(
        string Id, long Minor, string? Currency, string? Status, string? Reason, DateTimeOffset? RequestedAt, DateTimeOffset At)
        : PaymentFact;

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

    public const string Mismatch = "payment_mismatch";

    public bool IsPaid { get; init; }

    public bool HasFailed { get; init; }

    public bool IsRefunded { get; init; }

    /// <summary>A dispute is open or was lost.</summary>
    public bool IsDisputed { get; init; }

    /// <summary>Another amount or currency came than was asked for, and it has not gone back.</summary>
    public bool IsMismatched { get; init; }

    /// <summary>A debit is under way.</summary>
    public bool IsProcessing { get; init; }

    /// <summary>Why the order must go on hold; null when there is no reason.</summary>
    public string? HoldCause =>
        IsDisputed ? Dispute
        : IsPaid ? null
        : IsMismatched ? Mismatch
        : IsRefunded ? Refund
        : HasFailed ? Failure
        : null;
}

public sealed record PaymentNotFound() : NotFound("payments.not_found", "Payment not found");

/// <summary>
/// How facts change a payment. Every rule keeps the greatest, the latest or the first value, and what follows is derived from
/// them, so that the same facts lead to the same state in any order and when repeated.
/// </summary>
internal static class PaymentPolicy
{
    /// <param name="refunds">All refunds of the payment, this fact included.</param>
    public static Payment Apply(Payment payment, PaymentFact fact, IReadOnlyCollection<PaymentFact.Refund> refunds)
    {
        var known = fact switch
        {
            PaymentFact.Succeeded succeeded => Receive(payment, succeeded) with
            {
                CapturedAt = Earlier(payment.CapturedAt, succeeded.CapturedAt),
            },
            PaymentFact.DebitStarted debit => payment with { DebitStartedAt = Later(payment.DebitStartedAt, debit.At) },
            PaymentFact.Failed failed => Fail(payment, failed),
            PaymentFact.Canceled canceled => payment with { DebitEndedAt = Later(payment.DebitEndedAt, canceled.At) },
            PaymentFact.TotalRefunded total when IsLater(total, payment) => payment with
            {
                ChargeRefundedMinor = total.Minor,
                ChargeRefundedAt = total.At,
            },
            _ => payment,
        };
        return WithStatus(payment, Derive(known, refunds));
    }

    /// <summary>
    /// How a refund stands when two events speak of it. It only moves forward, from requested to succeeded to failed or
    /// canceled, so the event that is further on counts.
    /// </summary>
    public static PaymentFact.Refund Merge(PaymentFact.Refund? known, PaymentFact.Refund news) =>
        known is null
        || Standing(news.Status) > Standing(known.Status)
        || (Standing(news.Status) == Standing(known.Status) && news.At < known.At)
            ? news
            : known;

    private static Payment Derive(Payment payment, IReadOnlyCollection<PaymentFact.Refund> refunds)
    {
        var refunded = Math.Max(0, Refunded(payment, refunds));
        return payment with
        {
            IsMismatched = payment.CapturedAt is not null && payment.Received is { } received && received != payment.Asked,
            IsProcessing = payment.CapturedAt is null && payment.DebitStartedAt is { } started
                && !(payment.DebitEndedAt >= started),
            RefundedMinor = refunded,
            RefundedAmount = Money.OfMinor(refunded, payment.ReceivedCurrency ?? payment.Currency).Amount,
        };
    }

    /// <summary>
    /// The refunds that stand. The charge's total covers refunds that no event of their own told of; those in it that have
    /// failed since are taken off.
    /// </summary>
    private static long Refunded(Payment payment, IReadOnlyCollection<PaymentFact.Refund> refunds)
    {
        var currency = payment.ReceivedCurrency ?? payment.Currency;
        var mine = refunds
            .Where(refund => refund.Currency is null || refund.Currency.Equals(currency, StringComparison.OrdinalIgnoreCase))
            .ToList();
        var succeeded = mine.Where(refund => refund.Status == "succeeded").Sum(refund => refund.Minor);
        if (payment is not { ChargeRefundedMinor: { } total, ChargeRefundedAt: { } at })
        {
            return succeeded;
        }

        var failedSince = mine
            .Where(refund => refund.Status is "failed" or "canceled" && !(refund.RequestedAt > at) && refund.At >= at)
            .Sum(refund => refund.Minor);
        return Math.Max(succeeded, total - failedSince);
    }

    private static Payment Fail(Payment payment, PaymentFact.Failed fact)
    {
        var ended = payment with { DebitEndedAt = Later(payment.DebitEndedAt, fact.At) };
        return IsLater(fact, payment) ? ended with { FailedAt = fact.At, FailureReason = fact.Reason } : ended;
    }

    /// <summary>Of contradicting events, the one with another amount than was asked for counts: it needs a person.</summary>
    private static Payment Receive(Payment payment, PaymentFact.Succeeded fact)
    {
        if (fact.Minor is not { } minor)
        {
            return payment;
        }

        var news = Money.OfMinor(minor, fact.Currency ?? payment.Currency);
        var kept = payment.Received is { } known
            ? new[] { known, news }
                .OrderBy(one => one == payment.Asked)
                .ThenBy(one => one.Currency, StringComparer.Ordinal)
                .ThenBy(one => one.Minor)
                .First()
            : news;
        return payment with { ReceivedMinor = kept.Minor, ReceivedCurrency = kept.Currency };
    }

    /// <summary>A status that was set manually only moves forward; one that follows from the facts follows them back, too.</summary>
    private static Payment WithStatus(Payment before, Payment after)
    {
        var implied = StatusOf(after);
        var status = before.Status == StatusOf(before) || Rank(implied) > Rank(before.Status) ? implied : before.Status;
        return after with { Status = status, IsProcessing = after.IsProcessing && Rank(status) < Rank(PaymentStatus.Succeeded) };
    }

    private static string StatusOf(Payment payment) =>
        payment.RefundedMinor > 0 && payment.RefundedMinor >= (payment.ReceivedMinor ?? payment.Asked.Minor) ? PaymentStatus.Refunded
        : payment.IsSettled || (payment.RefundedMinor > 0 && !payment.IsMismatched) ? PaymentStatus.Succeeded
        : payment.FailedAt is not null ? PaymentStatus.Failed
        : PaymentStatus.Pending;

    private static int Rank(string status) => status switch
    {
        PaymentStatus.Refunded => 3,
        PaymentStatus.Succeeded => 2,
        PaymentStatus.Failed => 1,
        _ => 0,
    };

    private static int Standing(string? status) => status switch
    {
        "failed" => 5,
        "canceled" => 4,
        "succeeded" => 3,
        "pending" => 2,
        "requires_action" => 1,
        _ => 0,
    };

    private static bool IsLater(PaymentFact.Failed fact, Payment payment) =>
        payment.FailedAt is not { } known
        || fact.At > known
        || (fact.At == known && string.CompareOrdinal(fact.Reason, payment.FailureReason) > 0);

    private static bool IsLater(PaymentFact.TotalRefunded fact, Payment payment) =>
        payment.ChargeRefundedAt is not { } known
        || fact.At > known
        || (fact.At == known && fact.Minor > payment.ChargeRefundedMinor);

    private static DateTimeOffset Earlier(DateTimeOffset? known, DateTimeOffset news) => known < news ? known.Value : news;

    private static DateTimeOffset Later(DateTimeOffset? known, DateTimeOffset news) => known > news ? known.Value : news;
}
