using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>Satsuma 1: products by item, an order whose creation is the quote and whose submission places it.</summary>
public sealed class SatsumaV1(AggregatorHttp http, IOptionsMonitor<VendorHttpOptions> options) : IAggregatorDialect
{
    public async Task<GeoPoint?> LocateAsync(DeliveryAddress address, CallBudget budget, CancellationToken cancellationToken)
    {
        var line = string.Join(
            ", ",
            new[] { address.Street, address.City, $"{address.State} {address.PostalCode}", address.Country }
                .Where(part => !string.IsNullOrWhiteSpace(part)));
        var answer = await http.GetAsync(
            "/utility/geocode?address=" + Uri.EscapeDataString(line), "geocode", SatsumaJson.Default.SatsumaGeocode, budget, cancellationToken);
        return answer.Data?.Coordinates is [>= -180 and <= 180 and var longitude, >= -90 and <= 90 and var latitude, ..]
            ? new GeoPoint(latitude, longitude)
            : throw AggregatorHttp.Bad("no place");
    }

    public async Task<AggregatorOffer> SearchAsync(
        IReadOnlyList<RequestedItem> items, GeoPoint place, DeliveryAddress address, CallBudget budget, CancellationToken cancellationToken)
    {
        var searches = new SearchFailures(options.CurrentValue.ItemConcurrency);
        var answers = await BoundedFanOut.AllAsync(
            items,
            options.CurrentValue.ItemConcurrency,
            (item, token) => searches.OrNullAsync(() => FindAsync(SearchTerm.Of(item.Name), place, budget, token)),
            cancellationToken);
        searches.ThrowIfAllFailed();
        return new AggregatorOffer(
            [.. answers.SelectMany(answer => SatsumaMapper.Shops(answer ?? [])).DistinctBy(shop => shop.Id, StringComparer.Ordinal)],
            [.. answers.Select(answer => (IReadOnlyList<VendorProduct>)[.. SatsumaMapper.Products(answer ?? [])])])
        {
            Failed = [.. answers.Index().Where(answer => answer.Item is null).Select(answer => answer.Index)],
        };
    }

    /// <summary>The dialect has no search for shops, so this lists the shops that have the product.</summary>
    public async Task<IReadOnlyList<AggregatorShop>> FindShopsAsync(
        string? query, GeoPoint place, string kind, CallBudget budget, CancellationToken cancellationToken) =>
        [.. SatsumaMapper.Shops(await FindAsync(string.IsNullOrWhiteSpace(query) ? kind : query, place, budget, cancellationToken))];

    public async Task<AggregatorCart> CreateCartAsync(
        string shopId, IReadOnlyList<AggregatorLine> lines, string userId, GeoPoint place, CallBudget budget, CancellationToken cancellationToken)
    {
        var cart = SatsumaMapper.Cart(await http.PostAsync(
            "/cart",
            "cart",
            new SatsumaCartRequest(shopId, userId, "Active"),
            SatsumaJson.Default.SatsumaCartRequest,
            SatsumaJson.Default.SatsumaCart,
            isRepeatable: false,
            budget,
            cancellationToken));
        foreach (var line in lines)
        {
            cart = SatsumaMapper.Cart(await http.PostAsync(
                $"/cart/{Uri.EscapeDataString(cart.CartId)}/item",
                "cart",
                new SatsumaItemRequest(line.ProductId, line.Name, line.Quantity),
                SatsumaJson.Default.SatsumaItemRequest,
                SatsumaJson.Default.SatsumaCart,
                isRepeatable: false,
                budget,
                cancellationToken));
        }

        return cart;
    }

    public async Task<AggregatorCart?> FindCartAsync(string cartId, CallBudget budget, CancellationToken cancellationToken) =>
        await http.FindAsync("/cart/" + Uri.EscapeDataString(cartId), "cart", SatsumaJson.Default.SatsumaCart, budget, cancellationToken)
            is { } cart ? SatsumaMapper.Cart(cart) : null;

    public async Task<AggregatorQuote> QuoteAsync(
        string shopId,
        IReadOnlyList<AggregatorLine> lines,
        DeliveryAddress address,
        AggregatorCustomer customer,
        string? reference,
        CallBudget budget,
        CancellationToken cancellationToken) =>
        SatsumaMapper.Quote(await http.PostAsync(
            "/order",
            "order",
            new SatsumaOrderRequest(
                shopId,
                "Delivery",
                new SatsumaCustomer(
                    customer.UserId,
                    customer.Name,
                    "+" + customer.Phone,
                    customer.Email,
                    new SatsumaAddress(address.Street, address.City, address.State, address.PostalCode, address.Country)),
                [.. lines.Select(line => new SatsumaOrderLine(line.ProductId, line.Quantity))],
                customer.TipCents,
                customer.Instructions),
            SatsumaJson.Default.SatsumaOrderRequest,
            SatsumaJson.Default.SatsumaOrderAnswer,
            isRepeatable: true,
            budget,
            cancellationToken));

    public async Task<AggregatorQuote> PlaceAsync(
        string orderId, string? paymentMethodId, CallBudget budget, CancellationToken cancellationToken) =>
        SatsumaMapper.Quote(await http.PostAsync(
            $"/order/{Uri.EscapeDataString(orderId)}/submit",
            "order",
            new SatsumaSubmit(paymentMethodId),
            SatsumaJson.Default.SatsumaSubmit,
            SatsumaJson.Default.SatsumaOrderAnswer,
            isRepeatable: false,
            budget,
            cancellationToken));

    public async Task<AggregatorQuote?> FindOrderAsync(string orderId, CallBudget budget, CancellationToken cancellationToken) =>
        await http.FindAsync("/order/" + Uri.EscapeDataString(orderId), "order", SatsumaJson.Default.SatsumaOrderAnswer, budget, cancellationToken)
            is { } order ? SatsumaMapper.Quote(order) : null;

    private async Task<IReadOnlyList<SatsumaProduct>> FindAsync(
        string term, GeoPoint place, CallBudget budget, CancellationToken cancellationToken) => term.Length == 0
        ? []
        : await http.GetAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"/product?query={Uri.EscapeDataString(term)}&latitude={place.Latitude:0.######}&longitude={place.Longitude:0.######}&distance=10mi"),
            "search",
            SatsumaJson.Default.IReadOnlyListSatsumaProduct,
            budget,
            cancellationToken);
}

/// <summary>
/// Maps the newer dialect's answers to our types. Its reference shows whole cents, but one of its samples dollars with a
/// fraction: an answer that holds a fraction anywhere is taken as dollars.
/// </summary>
internal static class SatsumaMapper
{
    private const long LargestAmount = 10_000_000;

    public static IEnumerable<VendorProduct> Products(IReadOnlyList<SatsumaProduct> products)
    {
        var scale = ScaleOf(products.Select(product => product?.Price));
        foreach (var product in products)
        {
            if (product is { Id.Length: > 0, LocationId.Length: > 0, Price: > 0 and <= LargestAmount }
                && VendorText.PlainOrNull(product.Name) is { } name)
            {
                yield return new VendorProduct(product.Id, name, Cents.Round(product.Price.Value * scale))
                {
                    SizeText = VendorText.PlainOrNull(product.Size),
                    Reference = product.Upc,
                    IsInStock = product.Available != false,
                    StoreId = product.LocationId,
                };
            }
        }
    }

    public static IEnumerable<AggregatorShop> Shops(IReadOnlyList<SatsumaProduct> products) => products
        .Where(product => product?.LocationId is { Length: > 0 })
        .DistinctBy(product => product.LocationId, StringComparer.Ordinal)
        .Select(product => new AggregatorShop(product.LocationId!, VendorText.PlainOrNull(product.MerchantName) ?? "Satsuma shop", ""));

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
                item.ProductId!, VendorText.Plain(item.ProductName ?? ""), item.Quantity ?? 1, Amount(item.Price, scale)))],
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
        return new AggregatorQuote
        {
            OrderId = order.Id,
            Status = order.Status,
            SubtotalCents = Amount(order.Subtotal, scale),
            TaxCents = Amount(order.Tax, scale),
            Fees = [.. fees],
            UnitCents = items.Where(item => item is { ProductId: not null, Price: > 0 })
                .DistinctBy(item => item.ProductId, StringComparer.Ordinal)
                .ToDictionary(item => item.ProductId!, item => Amount(item.Price, scale), StringComparer.Ordinal),
        };
    }

    /// <summary>1 for cents, 100 for dollars.</summary>
    private static int ScaleOf(IEnumerable<decimal?> amounts) =>
        amounts.Any(amount => amount is { } value && value != decimal.Truncate(value)) ? 100 : 1;

    private static long Amount(decimal? amount, int scale) => amount switch
    {
        null => 0,
        >= 0 and <= LargestAmount => Cents.Round(amount.Value * scale),
        _ => throw AggregatorHttp.Bad("an impossible amount"),
    };
}

internal sealed record SatsumaGeocode(SatsumaPoint? Data);

/// <summary>GeoJSON: longitude before latitude.</summary>
internal sealed record SatsumaPoint(IReadOnlyList<double>? Coordinates);

/// <summary>The one answer of the dialect whose names are in camel case.</summary>
internal sealed record SatsumaProduct(
    string? Id,
    string? Name,
    decimal? Price,
    string? Size,
    string? Upc,
    bool? Available,
    [property: JsonPropertyName("locationId")] string? LocationId,
    [property: JsonPropertyName("merchantName")] string? MerchantName);

internal sealed record SatsumaCartRequest(string LocationId, string UserId, string Status);

internal sealed record SatsumaItemRequest(string ProductId, string ProductName, int Quantity);

internal sealed record SatsumaCart(string? Id, string? LocationId, decimal? Subtotal, IReadOnlyList<SatsumaItem>? Items);

internal sealed record SatsumaItem(string? ProductId, string? ProductName, int? Quantity, decimal? Price);

internal sealed record SatsumaOrderRequest(
    string LocationId,
    string FulfillmentMethod,
    SatsumaCustomer Customer,
    IReadOnlyList<SatsumaOrderLine> Items,
    int Tip,
    string? DropoffInstructions);

internal sealed record SatsumaOrderLine(string ProductId, int Quantity);

internal sealed record SatsumaCustomer(string Id, string Name, string PhoneNumber, string Email, SatsumaAddress Address);

internal sealed record SatsumaAddress(string? StreetAddress, string City, string? Region, string PostalCode, string Country);

internal sealed record SatsumaSubmit(string? PaymentMethodId);

internal sealed record SatsumaOrderAnswer(SatsumaOrder? Data);

internal sealed record SatsumaOrder
{
    public string? Id { get; init; }

    public string? Status { get; init; }

    public string? Currency { get; init; }

    public decimal? Tip { get; init; }

    public decimal? Subtotal { get; init; }

    public decimal? Tax { get; init; }

    public decimal? Total { get; init; }

    public IReadOnlyList<SatsumaFee>? Fees { get; init; }

    public IReadOnlyList<SatsumaItem>? Items { get; init; }
}

internal sealed record SatsumaFee(string? Type, decimal? Amount);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SatsumaGeocode))]
[JsonSerializable(typeof(IReadOnlyList<SatsumaProduct>))]
[JsonSerializable(typeof(SatsumaCartRequest))]
[JsonSerializable(typeof(SatsumaItemRequest))]
[JsonSerializable(typeof(SatsumaCart))]
[JsonSerializable(typeof(SatsumaOrderRequest))]
[JsonSerializable(typeof(SatsumaSubmit))]
[JsonSerializable(typeof(SatsumaOrderAnswer))]
internal sealed partial class SatsumaJson : JsonSerializerContext;
