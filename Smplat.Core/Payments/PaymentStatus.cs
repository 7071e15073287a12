namespace Smplat.Core.Payments;

/// <summary>Labels of <c>payments.status</c>.</summary>
public static class PaymentStatus
{
    public const string Pending = "pending";

    public const string Succeeded = "succeeded";

    public const string Failed = "failed";

    public const string Refunded = "refunded";
}
