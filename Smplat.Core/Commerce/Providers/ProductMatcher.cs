namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// Chooses the product for an item. The choice is a total order over the candidates, so it does not depend on the order in
/// which they come: what was asked for before substitutes, deliverable before not, more relevant, cheaper per base unit,
/// cheaper line, smaller sku.
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
        var packs = PackCount.For(item.Quantity, item.Unit, pack);
        var dimension = (UnitOfMeasure.Find(item.Unit) ?? UnitOfMeasure.Piece).Dimension;
        var perBase = pack is { BaseAmount: > 0 } && pack.Unit.Dimension == dimension
            ? product.PriceCents / pack.BaseAmount
            : decimal.MaxValue;
        return new Weighed(product, packs, Relevance.Of(item, wanted, product), perBase);
    }

    /// <summary>Goods sold by weight say "per lb": a pack is one of that unit.</summary>
    private static PackSize? SizeOf(VendorProduct product) =>
        PackSize.Parse(product.SizeText is { } text && text.StartsWith("per ", StringComparison.OrdinalIgnoreCase)
            ? "1 " + text[4..]
            : product.SizeText);

    private static string? WarningOf(RequestedItem item, Weighed best) => best switch
    {
        { Packs.Warning: { } warning } => $"{item.Name}: {warning}",
        { Product.MostPacks: { } most } when best.Packs.Packs > most => $"{item.Name}: at most {most} packs in one order",
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
