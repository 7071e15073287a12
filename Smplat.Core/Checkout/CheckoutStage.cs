namespace Smplat.Core.Checkout;

/// <summary>Labels of <c>checkout_orchestrations.current_stage</c>, in their order.</summary>
public static class CheckoutStage
{
    public const string Payment = "payment";
    public const string Verification = "verification";
    public const string LoyaltyHold = "loyalty_hold";
    public const string Fulfillment = "fulfillment";
    public const string Completed = "completed";

    public static readonly string[] All = [Payment, Verification, LoyaltyHold, Fulfillment, Completed];

    public static int Position(string stage) => Array.IndexOf(All, stage);

    /// <summary>The stage after this one; the last one stays.</summary>
    public static string Next(string stage) => All[Math.Min(Position(stage) + 1, All.Length - 1)];
}
