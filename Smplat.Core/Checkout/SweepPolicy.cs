namespace Smplat.Core.Checkout;

/// <summary>Decides about a stalled checkout from what the claim found.</summary>
public static class SweepPolicy
{
    private const string Canceled = "canceled";

    public static SweepVerdict Decide(StalledCheckout checkout, int maxPrompts) => checkout switch
    {
        { OrderStatus: Canceled } => SweepVerdict.Canceled,
        { IsPaid: true } => SweepVerdict.Paid,
        _ when checkout.Prompts >= maxPrompts => SweepVerdict.UsedUp,
        { HasPerson: false } => SweepVerdict.NoPerson,
        { HasConsent: false } => SweepVerdict.NoConsent,
        _ => SweepVerdict.Prompt,
    };
}
