using Smplat.Core.Commerce.Providers.MealMe;

namespace Smplat.Functions.Commerce.MealMe;

/// <param name="Missing">Items that the shop does not have.</param>
public sealed record CartAnswer(
    bool Success, CartAnswer.Contents Cart, Guid OrderId, IReadOnlyList<string> Missing)
{
    public static CartAnswer From(MealMeDeliveryOutcome.CartCreated created) => new(
        true,
        new Contents(
            created.Cart.CartId,
            new Shop(created.Shop.Id, created.Shop.Name, created.Shop.Address),
            created.Cart.SubtotalCents,
            [.. created.Cart.Lines.Select(Line.From)]),
        created.OrderId,
        created.Missing);

    public sealed record Contents(string CartId, Shop Store, long SubtotalCents, IReadOnlyList<Line> Items);

    public sealed record Shop(string Id, string Name, string Address);

    public sealed record Line(string ProductId, string Name, int Quantity, long PriceCents)
    {
        public static Line From(AggregatorLine line) => new(line.ProductId, line.Name, line.Quantity, line.UnitCents);
    }
}
