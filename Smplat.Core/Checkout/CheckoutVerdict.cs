namespace Smplat.Core.Checkout;

/// <summary>What the transition table says about an update.</summary>
public abstract record CheckoutVerdict
{
    private CheckoutVerdict()
    {
    }

    public sealed record Moved(CheckoutState Next) : CheckoutVerdict;

    /// <summary>It is so already; nothing is written.</summary>
    public sealed record Same : CheckoutVerdict;

    public sealed record Illegal : CheckoutVerdict;
}
