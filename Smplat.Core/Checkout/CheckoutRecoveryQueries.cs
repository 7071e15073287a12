namespace Smplat.Core.Checkout;

/// <summary>Tells what winning checkouts back has brought.</summary>
public sealed class CheckoutRecoveryQueries(RecoveredRevenueStore revenue, TimeProvider clock)
{
    /// <param name="days">How far back from now.</param>
    public Task<CheckoutRecoveryReport> ReportAsync(int days, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return revenue.ReportAsync(now - TimeSpan.FromDays(days), now, cancellationToken);
    }
}
