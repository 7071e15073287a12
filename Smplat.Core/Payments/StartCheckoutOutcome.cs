using Smplat.Core.Platform.Input;

namespace Smplat.Core.Payments;

/// <summary>What became of a request for a checkout session.</summary>
public abstract record StartCheckoutOutcome
{
    private StartCheckoutOutcome()
    {
    }

    public sealed record Started(
        string CheckoutSessionId, string CheckoutUrl, Guid PaymentId, decimal Amount, string Currency) : StartCheckoutOutcome;

    public sealed record Refused(Refusal Refusal) : StartCheckoutOutcome;

    /// <summary>The payment provider made no session.</summary>
    public sealed record Failed : StartCheckoutOutcome;
}
