namespace Smplat.Core.Orders;

/// <summary>Who put an order on hold; only the same party, or an operator, lets it go on.</summary>
public static class HoldReason
{
    public const string Payment = "payment";

    public const string Fulfillment = "fulfillment";

    public const string Operator = "operator";
}
