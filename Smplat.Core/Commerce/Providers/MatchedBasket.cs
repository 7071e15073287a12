namespace Smplat.Core.Commerce.Providers;

/// <summary>All items of a basket as one vendor can serve them.</summary>
internal sealed record MatchedBasket(IReadOnlyList<MatchedItem> Items)
{
    public bool IsEmpty => Items.All(item => item.Product is null);

    public long SubtotalCents => Items.Sum(item => item.LineCents);

    public IReadOnlyList<CartLine> Cart =>
    [
        .. Items.Where(item => item.Product is not null).Select(item => new CartLine(
            item.Item.Id,
            item.Product!.Sku,
            item.Product.Name,
            item.Item.Quantity,
            item.Item.Unit,
            item.Product.PriceCents,
            item.LineCents,
            item.IsSubstituted,
            item.Reason,
            item.Packs,
            item.Product.SizeText,
            item.Product.Reference)),
    ];

    /// <summary>One row per requested item, in the order of the request.</summary>
    public IReadOnlyList<ItemAvailability> Availability => [.. Items.Select(Row)];

    public IReadOnlyList<string> Warnings => [.. Items.Select(item => item.Warning).OfType<string>()];

    private static ItemAvailability Row(MatchedItem item) => item switch
    {
        { Product: null } => new(item.Item.Id, item.Item.Name, AvailabilityStatus.Unavailable, false),
        { Reason: { } reason, Product: { } other } => new(
            item.Item.Id, item.Item.Name, AvailabilityStatus.Substituted, true, other.Sku,
            null, new SubstitutedProduct(other.Sku, other.Name, other.PriceCents, reason)),
        { Product: { } found } => new(
            item.Item.Id, item.Item.Name, AvailabilityStatus.Found, true, found.Sku,
            new FoundProduct(found.Sku, found.Name, found.PriceCents)),
    };
}
