namespace Smplat.Core.Payments;

/// <summary>What an event says about a payment.</summary>
public abstract record PaymentFact
{
    private PaymentFact()
    {
    }

    /// <summary>Nothing that this app acts on.</summary>
    public sealed record Nothing : PaymentFact;

    /// <summary>Only which session and intent belong together.</summary>
    public sealed record Linked : PaymentFact;

    /// <summary>The page ended unpaid.</summary>
    public sealed record PageExpired : PaymentFact;

    public sealed record Succeeded(DateTimeOffset CapturedAt) : PaymentFact;

    public sealed record Failed(string Reason, DateTimeOffset At) : PaymentFact;

    /// <param name="Total">Everything refunded so far.</param>
    public sealed record RefundedInAll(decimal Total) : PaymentFact;

    /// <summary>One refund as it stands.</summary>
    public sealed record Refund(string Id, decimal Amount, string? Status, string? Reason, DateTimeOffset At) : PaymentFact;

    /// <summary>One dispute as it stands.</summary>
    public sealed record Dispute(string Id, decimal Amount, string Status, string? Reason, DateTimeOffset At) : PaymentFact;
}
