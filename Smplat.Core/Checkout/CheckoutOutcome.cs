using Smplat.Core.Platform.Input;

namespace Smplat.Core.Checkout;

/// <summary>How a question about a checkout, or an update of it, ended.</summary>
public abstract record CheckoutOutcome
{
    private CheckoutOutcome()
    {
    }

    public sealed record Known(CheckoutOrchestration Checkout) : CheckoutOutcome;

    public sealed record Refused(Refusal Refusal) : CheckoutOutcome;
}
