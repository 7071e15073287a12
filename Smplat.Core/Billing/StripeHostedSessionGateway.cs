using Smplat.Core.Payments;

namespace Smplat.Core.Billing;

/// <summary>Payment pages for invoices, made by the same provider as those for orders.</summary>
public sealed class StripeHostedSessionGateway(IStripeGateway stripe) : IHostedSessionGateway
{
    public async Task<HostedPage> CreateAsync(
        Guid key, HostedSession session, string successUrl, string cancelUrl, CancellationToken cancellationToken)
    {
        var cents = (long)Math.Round(session.BalanceDue * 100, MidpointRounding.AwayFromZero);
        var request = new SessionRequest(
            key,
            session.InvoiceId,
            session.InvoiceNumber,
            session.Currency,
            [new SessionLine($"Invoice {session.InvoiceNumber}", cents, 1)],
            successUrl,
            cancelUrl,
            null);
        return await stripe.CreateSessionAsync(request, cancellationToken) switch
        {
            SessionOutcome.Made made => new HostedPage.Made(made.SessionId, made.Url),
            SessionOutcome.Failed failed => new HostedPage.Failed(failed.Reason),
            var unknown => throw new InvalidOperationException($"No answer for {unknown}."),
        };
    }

    public async Task<string?> EndAsync(string sessionId, CancellationToken cancellationToken) =>
        (await stripe.EndSessionAsync(sessionId, cancellationToken) as SessionEnd.Failed)?.Reason;
}
