using System.Globalization;
using System.Text.RegularExpressions;

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
        var packs = PackCount.For(item.Quantity, item.Unit, pack);
        var dimension = (UnitOfMeasure.Find(item.Unit) ?? UnitOfMeasure.Piece).Dimension;
        var perBase = pack is { BaseAmount: > 0 } && pack.Unit.Dimension == dimension
            ? product.PriceCents / pack.BaseAmount
            : decimal.MaxValue;
        return new Weighed(product, packs, Relevance.Score(item, wanted, product), perBase);
    }

    /// <summary>Goods sold by weight have the size "per lb": a pack is one of that unit.</summary>
    private static PackSize? SizeOf(VendorProduct product) =>
        PackSize.Parse(product.SizeText is { } text && text.StartsWith("per ", StringComparison.OrdinalIgnoreCase)
            ? "1 " + text[4..]
            : product.SizeText);

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
    public long LineCents => Product is null ? 0 : checked(Product.PriceCents * Packs);

    public bool IsSubstituted => Reason is not null;
}

/// <summary>All items of a basket as one vendor can serve them.</summary>
internal sealed record MatchedBasket(IReadOnlyList<MatchedItem> Items)
{
    public bool IsEmpty => Items.All(item => item.Product is null);

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

    public bool IsInStock { get; init; } = true;

    /// <summary>False when the store sells it only over the counter.</summary>
    public bool IsDeliverable { get; init; } = true;

    /// <summary>The shop that has it, where one search covers several.</summary>
    public string? StoreId { get; init; }

    /// <summary>The most packs that one order may hold.</summary>
    public int? MaxPacks { get; init; }
}

/// <summary>How many packs cover a request.</summary>
/// <param name="Warning">Set when the number is a guess.</param>
internal readonly record struct PackCount(int Packs, string? Warning)
{
    /// <summary>A larger number of packs is an error, not a purchase.</summary>
    private const int MaxPacks = 9_999;

    /// <summary>
    /// Same dimension: enough packs to cover the amount. Counted units, or a product of unknown size: the quantity, rounded up.
    /// A weight or volume of something sold by count: one pack and a warning.
    /// </summary>
    public static PackCount For(decimal quantity, string? unit, PackSize? pack)
    {
        var asked = UnitOfMeasure.Find(unit) ?? UnitOfMeasure.Piece;
        if (asked.Dimension == UnitDimension.Count)
        {
            var pieces = pack is { Unit.Dimension: UnitDimension.Count, Amount: > 1 } && asked.Name is "piece" or "dozen" or "slice" or "clove"
                ? Math.Ceiling(quantity * asked.BaseFactor / (pack?.BaseAmount ?? 1))
                : Math.Ceiling(quantity);
            return Limit(pieces, null);
        }

        if (pack is null || pack.Unit.Dimension == UnitDimension.Count)
        {
            return new PackCount(1, $"Pack size unknown for {asked.Name}, one pack assumed");
        }

        return pack.Unit.Dimension == asked.Dimension
            ? Limit(Math.Ceiling(quantity * asked.BaseFactor / pack.BaseAmount), null)
            : CrossDimension(quantity, asked, pack);
    }

    /// <summary>A volume of something sold by weight, or the reverse: converted at the density of water, with a warning.</summary>
    private static PackCount CrossDimension(decimal quantity, UnitOfMeasure asked, PackSize pack) =>
        Limit(
            Math.Ceiling(quantity * asked.BaseFactor / pack.BaseAmount),
            $"{asked.Name} compared with {pack.Unit.Name} by the density of water");

    private static PackCount Limit(decimal packs, string? warning) =>
        new((int)Math.Clamp(packs, 1, MaxPacks), warning);
}

/// <summary>What one pack of a product holds, read from a vendor's size text such as <c>16 oz</c>, <c>12 ct</c> or <c>6 pk / 12 fl oz</c>.</summary>
/// <param name="Count">Single containers in the pack.</param>
/// <param name="Amount">Content of one container in the unit, or the number of pieces for a count.</param>
internal sealed partial record PackSize(decimal Count, decimal Amount, UnitOfMeasure Unit)
{
    /// <summary>Content of the whole pack in the base unit of its dimension.</summary>
    public decimal BaseAmount => Count * Amount * Unit.BaseFactor;

    public static PackSize? Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > 100)
        {
            return null;
        }

        var parts = Part().Matches(text.ToLowerInvariant())
            .Select(match => (Amount: ReadNumber(match.Groups["n"].Value), Unit: UnitOfMeasure.Find(Spaces().Replace(match.Groups["u"].Value, " "))))
            .Where(part => part is { Amount: > 0 and <= 100_000, Unit: not null })
            .Select(part => (part.Amount, Unit: part.Unit!))
            .ToList();
        return parts switch
        {
            [] => null,
            [var only] => new PackSize(1, only.Amount, only.Unit),
            [var count, var content, ..] when count.Unit.Dimension == UnitDimension.Count
                && content.Unit.Dimension != UnitDimension.Count => new PackSize(count.Amount * count.Unit.BaseFactor, content.Amount, content.Unit),
            [var content, var count, ..] when count.Unit.Dimension == UnitDimension.Count
                && content.Unit.Dimension != UnitDimension.Count => new PackSize(count.Amount * count.Unit.BaseFactor, content.Amount, content.Unit),
            [var first, ..] => new PackSize(1, first.Amount, first.Unit),
        };
    }

    private static decimal ReadNumber(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : 0;

    [GeneratedRegex(@"(?<n>\d{1,6}(?:\.\d{1,4})?)\s*[-x]?\s*(?<u>fl\.?\s*oz|fluid\s+ounces?|[a-z#]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Part();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Spaces();
}
