namespace Smplat.Core.Payments;

/// <summary>What the money says about its order.</summary>
/// <param name="HoldCause">Why the order must wait; null when nothing speaks against it.</param>
public sealed record OrderVerdict(bool IsPaid, string? HoldCause)
{
    public const string Failure = "payment_failure";

    public const string Refund = "payment_refund";

    public const string Dispute = "payment_dispute";

    public static OrderVerdict Of(OrderMoney money) =>
        money.IsDisputed ? new(money.IsPaid, Dispute)
        : money.IsPaid ? new(true, null)
        : money.IsRefunded ? new(false, Refund)
        : money.HasFailed ? new(false, Failure)
        : new(false, null);
}
