namespace Smplat.Core.Payments.Checkout;

/// <summary>The payment provider's API.</summary>
public interface IStripeGateway
{
    /// <summary>Makes a checkout session. Repeating it with the same payment gives the same session.</summary>
    Task<SessionOutcome> CreateSessionAsync(SessionRequest request, CancellationToken cancellationToken);

    /// <summary>Makes sure that nobody can pay on a session any more. Repeating it is harmless.</summary>
    Task<SessionEnd> EndSessionAsync(string sessionId, CancellationToken cancellationToken);
}
