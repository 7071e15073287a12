namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>
/// Reads the newer dialect's answers in our terms. Its reference shows whole cents, one of its samples dollars with a
/// fraction: an answer that holds a fraction anywhere is taken as dollars.
/// </summary>
internal static class SatsumaReading
{
    private const long LargestAmount = 10_000_000;

    private static readonly string[] Open = ["Pending", "Draft", "Created"];
    private static readonly string[] Dead = ["Cancelled", "Canceled", "Failed"];

    public static IEnumerable<VendorProduct> Products(IReadOnlyList<SatsumaProduct> products)
    {
        var scale = ScaleOf(products.Select(product => product?.Price));
        foreach (var product in products)
        {
            if (product is { Id.Length: > 0, Name.Length: > 0, LocationId.Length: > 0, Price: > 0 and <= LargestAmount })
            {
                yield return new VendorProduct(
                    product.Id,
                    product.Name,
                    Cents.Round(product.Price.Value * scale),
                    SizeText: product.Size,
                    Reference: product.Upc,
                    IsInStock: product.Available != false,
                    StoreId: product.LocationId);
            }
        }
    }

    public static IEnumerable<AggregatorShop> Shops(IReadOnlyList<SatsumaProduct> products) => products
        .Where(product => product?.LocationId is { Length: > 0 })
        .DistinctBy(product => product.LocationId, StringComparer.Ordinal)
        .Select(product => new AggregatorShop(product.LocationId!, product.MerchantName ?? "Satsuma shop", ""));

    public static AggregatorCart Cart(SatsumaCart cart)
    {
        if (cart is not { Id.Length: > 0, LocationId.Length: > 0 })
        {
            throw AggregatorHttp.Bad("a cart without its id");
        }

        var items = cart.Items ?? [];
        var scale = ScaleOf(items.Select(item => item?.Price).Append(cart.Subtotal));
        return new AggregatorCart(
            cart.Id,
            cart.LocationId,
            Amount(cart.Subtotal, scale),
            [.. items.Where(item => item?.ProductId is not null).Select(item => new AggregatorLine(
                item.ProductId!, item.ProductName ?? "", item.Quantity ?? 1, Amount(item.Price, scale)))],
            []);
    }

    public static AggregatorQuote Quote(SatsumaOrderAnswer answer)
    {
        if (answer.Data is not { Id.Length: > 0, Status.Length: > 0, Subtotal: not null } order)
        {
            throw AggregatorHttp.Bad("an order without its figures");
        }

        if (order.Currency is not (null or "USD" or "usd"))
        {
            throw AggregatorHttp.Bad("another currency");
        }

        var items = order.Items ?? [];
        var scale = ScaleOf(
            [order.Subtotal, order.Tax, order.Total, order.Tip, .. (order.Fees ?? []).Select(fee => fee?.Amount), .. items.Select(item => item?.Price)]);
        var fees = (order.Fees ?? [])
            .Where(fee => fee is { Amount: > 0 })
            .Select(fee => new QuoteFee(Slug.Of(fee.Type ?? "fee"), Amount(fee.Amount, scale)))
            .Append(new QuoteFee("tip", Amount(order.Tip, scale)))
            .Where(fee => fee.Cents > 0);
        return new AggregatorQuote(
            order.Id,
            order.Status,
            Amount(order.Subtotal, scale),
            Amount(order.Tax, scale),
            [.. fees],
            null,
            items.Where(item => item is { ProductId: not null, Price: > 0 })
                .DistinctBy(item => item.ProductId, StringComparer.Ordinal)
                .ToDictionary(item => item.ProductId!, item => Amount(item.Price, scale), StringComparer.Ordinal),
            null,
            !Open.Contains(order.Status, StringComparer.OrdinalIgnoreCase) && !Dead.Contains(order.Status, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>1 for cents, 100 for dollars.</summary>
    private static int ScaleOf(IEnumerable<decimal?> amounts) =>
        amounts.Any(amount => amount is { } value && value != decimal.Truncate(value)) ? 100 : 1;

    private static long Amount(decimal? amount, int scale) => amount switch
    {
        null => 0,
        >= 0 and <= LargestAmount => Cents.Round(amount.Value * scale),
        _ => throw AggregatorHttp.Bad("an amount that cannot be"),
    };
}
