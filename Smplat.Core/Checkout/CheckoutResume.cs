namespace Smplat.Core.Checkout;

/// <summary>A person followed a resume link: the visit is kept, since only such orders count as won back.</summary>
public sealed class CheckoutResume(
    ResumeLinks links, RecoveredRevenueStore revenue, CheckoutOperations checkouts, TimeProvider clock)
{
    public async Task<CheckoutOutcome> ResumeAsync(string token, CancellationToken cancellationToken)
    {
        if (links.Read(token) is not var (orchestrationId, prompt)
            || await revenue.VisitAsync(orchestrationId, prompt, clock.GetUtcNow(), cancellationToken) is not { } orderId)
        {
            return new CheckoutOutcome.Refused(new UnusableLink());
        }

        return await checkouts.ReadAsync(orderId, cancellationToken);
    }
}
