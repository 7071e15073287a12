namespace Smplat.Core.Checkout;

/// <summary>What winning checkouts back has brought in a span of time.</summary>
public sealed record CheckoutRecoveryReport(
    DateTimeOffset Since,
    DateTimeOffset Until,
    long PromptsSent,
    long LinkVisits,
    long RecoveredOrders,
    IReadOnlyList<RecoveredRevenue> Revenue);

/// <summary>Orders that were paid after their resume link was followed, in one currency.</summary>
public sealed record RecoveredRevenue(string Currency, decimal Amount, long Orders);
