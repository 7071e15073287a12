namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>Reads the older dialect's answers in our terms, and refuses figures that cannot be true.</summary>
internal static class MealMeReading
{
    private const long LargestAmount = 10_000_000;

    private static readonly string[] Placed = ["awaiting_confirmation", "in_progress", "completed"];

    /// <summary>Products by item, in the order of the terms; the vendor answers by the text that it was asked for.</summary>
    public static AggregatorOffer Offer(MealMeCarts answer, IReadOnlyList<string> terms)
    {
        var carts = answer.Carts ?? throw AggregatorHttp.Bad("no carts");
        var shops = new List<AggregatorShop>();
        var byTerm = new Dictionary<string, List<VendorProduct>>(StringComparer.Ordinal);
        foreach (var cart in carts)
        {
            if (cart is null || Shop(cart.Store) is not { } shop)
            {
                continue;
            }

            shops.Add(shop);
            foreach (var item in cart.Items ?? [])
            {
                if (item?.Query is { } query)
                {
                    var products = byTerm.TryGetValue(query, out var known) ? known : byTerm[query] = [];
                    products.AddRange((item.Results ?? []).Select(product => Product(product, shop.Id)).OfType<VendorProduct>());
                }
            }
        }

        return new AggregatorOffer(
            shops, [.. terms.Select(term => (IReadOnlyList<VendorProduct>)(byTerm.GetValueOrDefault(term) ?? []))]);
    }

    public static AggregatorShop? Shop(MealMeStore? store) => store is { Id.Length: > 0 }
        ? new AggregatorShop(
            store.Id,
            store.Name ?? "MealMe shop",
            store.Address is { } address ? $"{address.StreetAddr}, {address.City}, {address.State} {address.Zipcode}" : "",
            store.Miles)
        : null;

    public static AggregatorCart Cart(MealMeCart cart) => cart is { CartId.Length: > 0, StoreId.Length: > 0 }
        ? new AggregatorCart(
            cart.CartId,
            cart.StoreId,
            Amount(cart.Subtotal),
            [.. (cart.Items ?? []).Where(item => item?.ProductId is not null).Select(item => new AggregatorLine(
                item.ProductId!, item.Name ?? "", item.Quantity ?? 1, Amount(item.BasePrice)))],
            [.. (cart.Quotes ?? []).Where(quote => quote is not null).Select(quote => new AggregatorDelivery(
                quote.Service ?? "delivery", quote.DeliveryTimeMax, Amount(quote.DeliveryFeeCents)))])
        : throw AggregatorHttp.Bad("a cart without its id");

    public static AggregatorQuote Quote(MealMeOrder order)
    {
        if (order is not { OrderId.Length: > 0, Status.Length: > 0, FinalQuote: { } final })
        {
            throw AggregatorHttp.Bad("an order without its quote");
        }

        QuoteFee[] fees =
        [
            new("delivery", Amount(final.DeliveryFeeCents)),
            new("service", Amount(final.ServiceFeeCents)),
            new("small_order", Amount(final.SmallOrderFeeCents)),
            new("tip", Amount(final.Tip)),
        ];
        var range = final is { DeliveryTimeMin: >= 0 and var min, DeliveryTimeMax: > 0 and var max } && min <= max
            ? new DeliveryRange(min, max)
            : null;
        return new AggregatorQuote(
            order.OrderId,
            order.Status,
            Amount(final.Subtotal ?? order.Subtotal),
            Amount(final.SalesTaxCents),
            [.. fees.Where(fee => fee.Cents > 0)],
            range,
            UnitCents(order.Items),
            order.TrackingLink,
            Placed.Contains(order.Status, StringComparer.Ordinal));
    }

    private static Dictionary<string, long> UnitCents(IReadOnlyList<MealMeItem>? items)
    {
        var prices = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var item in items ?? [])
        {
            if (item is { ProductId: { } id, BasePrice: > 0 and <= LargestAmount and var price })
            {
                prices[id] = price;
            }
        }

        return prices;
    }

    private static VendorProduct? Product(MealMeProduct? product, string shopId) =>
        product is { ProductId.Length: > 0, Name.Length: > 0, Price: > 0 and <= LargestAmount }
            ? new VendorProduct(
                product.ProductId,
                product.Name,
                product.Price.Value,
                SizeText: product.UnitSize,
                Reference: product.Upc,
                IsInStock: product.IsAvailable != false,
                StoreId: shopId)
            : null;

    private static long Amount(long? cents) => cents switch
    {
        null => 0,
        >= 0 and <= LargestAmount => cents.Value,
        _ => throw AggregatorHttp.Bad("an amount that cannot be"),
    };
}
