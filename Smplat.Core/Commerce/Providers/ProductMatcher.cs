namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// Chooses the product for an item. The candidates have a total order, so the choice does not depend on the order in which
/// they come: the product asked for before substitutes, deliverable before not, more relevant, cheaper per base unit, cheaper
/// line, smaller sku.
/// </summary>
internal static class ProductMatcher
{
    public static MatchedItem Match(RequestedItem item, IEnumerable<VendorProduct> candidates)
    {
        var wanted = ProductName.Parse(item.Name);
        var best = candidates
            .Where(product => product is { IsInStock: true, PriceCents: > 0 })
            .Select(product => Weigh(item, wanted, product))
            .Where(weighed => weighed.Score >= Relevance.Acceptable)
            .Order()
            .FirstOrDefault();
        if (best is null)
        {
            return new MatchedItem(item);
        }

        var reason = best.IsExact ? null : $"Closest to \"{item.Name}\"";
        return new MatchedItem(item, best.Product, best.Packs.Packs, reason, WarningOf(item, best));
    }

    private static Weighed Weigh(RequestedItem item, ProductName wanted, VendorProduct product)
    {
        var pack = SizeOf(product);
        var packs = PackCount.For(item.Quantity, item.Unit, pack, PieceWeights.Find(wanted), IsSoldByWeight(product));
        var dimension = (UnitOfMeasure.Find(item.Unit) ?? UnitOfMeasure.Piece).Dimension;
        var perBase = pack is { BaseAmount: > 0 } && pack.Unit.Dimension == dimension
            ? product.PriceCents / pack.BaseAmount
            : decimal.MaxValue;
        return new Weighed(product, packs, Relevance.Score(item, wanted, product), perBase);
    }

    /// <summary>The vendor's size text; else a size at the end of the name.</summary>
    private static PackSize? SizeOf(VendorProduct product) =>
        PackSize.Parse(string.IsNullOrWhiteSpace(product.SizeText) ? PackSize.TextIn(product.Name) : product.SizeText);

    private static bool IsSoldByWeight(VendorProduct product) => product.IsSoldByWeight
        || (product.SizeText?.TrimStart() is { } text
            && (text.StartsWith("per ", StringComparison.OrdinalIgnoreCase) || text.StartsWith('/'))
            && PackSize.Parse(text) is { Unit.Dimension: UnitDimension.Weight });

    private static string? WarningOf(RequestedItem item, Weighed best) => best switch
    {
        { Packs.Warning: { } warning } => $"{item.Name}: {warning}",
        { Product.MaxPacks: { } max } when best.Packs.Packs > max => $"{item.Name}: at most {max} packs in one order",
        _ => null,
    };

    private sealed record Weighed(VendorProduct Product, PackCount Packs, int Score, decimal PerBase) : IComparable<Weighed>
    {
        public bool IsExact => Score >= Relevance.Found;

        public int CompareTo(Weighed? other)
        {
            if (other is null)
            {
                return -1;
            }

            var order = other.IsExact.CompareTo(IsExact);
            order = order != 0 ? order : other.Product.IsDeliverable.CompareTo(Product.IsDeliverable);
            order = order != 0 ? order : other.Score.CompareTo(Score);
            order = order != 0 ? order : PerBase.CompareTo(other.PerBase);
            order = order != 0 ? order : (Product.PriceCents * Packs.Packs).CompareTo(other.Product.PriceCents * other.Packs.Packs);
            return order != 0 ? order : string.CompareOrdinal(Product.Sku, other.Product.Sku);
        }
    }
}

/// <summary>The product that a vendor has for one requested item.</summary>
/// <param name="Product">Null when the vendor has nothing acceptable.</param>
/// <param name="Reason">Why a substitute was chosen; null when the product is the one asked for.</param>
internal sealed record MatchedItem(
    RequestedItem Item, VendorProduct? Product = null, int Packs = 0, string? Reason = null, string? Warning = null)
{
    public static MatchedItem OfFailedSearch(RequestedItem item) =>
        new(item, Warning: $"{item.Name}: the provider's search failed, so it counts as unavailable") { IsSearchFailed = true };

    public long LineCents => Product is null ? 0 : checked(Product.PriceCents * Packs);

    public bool IsSubstituted => Reason is not null;

    /// <summary>The vendor did not say whether it has the item.</summary>
    public bool IsSearchFailed { get; init; }
}

/// <summary>All items of a basket as one vendor can serve them.</summary>
internal sealed record MatchedBasket(IReadOnlyList<MatchedItem> Items)
{
    public bool IsEmpty => Items.All(item => item.Product is null);

    /// <summary>Some items were not searched, so that the same basket may get another answer a moment later.</summary>
    public bool IsPartial => Items.Any(item => item.IsSearchFailed);

    public long SubtotalCents => Items.Sum(item => item.LineCents);

    public IReadOnlyList<CartLine> Cart =>
    [
        .. Items.Where(item => item.Product is not null).Select(item => new CartLine
        {
            ClientItemId = item.Item.Id,
            ProviderSku = item.Product!.Sku,
            Name = item.Product.Name,
            Quantity = item.Item.Quantity,
            Unit = item.Item.Unit,
            PriceCents = item.Product.PriceCents,
            LineCents = item.LineCents,
            Substituted = item.IsSubstituted,
            SubstitutionReason = item.Reason,
            Packs = item.Packs,
            PackSize = item.Product.SizeText,
            VendorReference = item.Product.Reference,
        }),
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

/// <summary>A product as a vendor's search shows it, mapped to our types.</summary>
/// <param name="PriceCents">Price of one pack; products without a price are left out.</param>
public sealed record VendorProduct(string Sku, string Name, long PriceCents)
{
    public string? Brand { get; init; }

    public string? Category { get; init; }

    /// <summary>The vendor's own words, such as 16 oz or 12 ct.</summary>
    public string? SizeText { get; init; }

    /// <summary>What the vendor's cart call needs when it is not the sku.</summary>
    public string? Reference { get; init; }

    /// <summary>The price is that of a unit of weight, and the shop weighs the goods.</summary>
    public bool IsSoldByWeight { get; init; }

    public bool IsInStock { get; init; } = true;

    /// <summary>False when the store sells it only over the counter.</summary>
    public bool IsDeliverable { get; init; } = true;

    /// <summary>The shop that has it, where one search covers several.</summary>
    public string? StoreId { get; init; }

    /// <summary>The most packs that one order may hold.</summary>
    public int? MaxPacks { get; init; }
}
