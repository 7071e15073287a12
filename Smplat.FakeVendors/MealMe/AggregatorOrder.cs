namespace Smplat.FakeVendors.MealMe;

/// <summary>A cart that became an order: quoted first, placed later. Amounts are cents.</summary>
public sealed class AggregatorOrder(string id, AggregatorStore store, IReadOnlyList<AggregatorLine> lines, int tip)
{
    public string Id => id;

    public AggregatorStore Store => store;

    public IReadOnlyList<AggregatorLine> Lines => lines;

    public int Tip => tip;

    /// <summary>The id under which the caller keeps the order.</summary>
    public string? CustomerOrderId { get; init; }

    public string? PaymentMethodId { get; set; }

    public string Status { get; set; } = "unplaced";

    /// <summary>How often the order was placed; anything above one is a double order.</summary>
    public int TimesPlaced { get; set; }

    public int Subtotal => lines.Sum(line => line.Cents * line.Quantity);

    public int DeliveryFee => store.DeliveryFeeCents;

    public int ServiceFee => Subtotal * 5 / 100;

    public int Tax => Subtotal * 2 / 100;

    public int Total => Subtotal + DeliveryFee + ServiceFee + Tax;
}
