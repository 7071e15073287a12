using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>MealMe 4.1: one basket search over all shops, an order that is quoted first and finalised later. Cents throughout.</summary>
public sealed class MealMeV4(AggregatorHttp http) : IAggregatorDialect
{
    public async Task<GeoPoint?> LocateAsync(DeliveryAddress address, CallBudget budget, CancellationToken cancellationToken)
    {
        var street = StreetLine.Parse(address.Street);
        var point = await http.PostAsync(
            "/location/geocode/v2",
            "geocode",
            new MealMeGeocode(street.Number, street.Name, address.City, address.State, address.PostalCode, address.Country),
            MealMeJson.Default.MealMeGeocode,
            MealMeJson.Default.MealMePoint,
            isRepeatable: true,
            budget,
            cancellationToken);
        return point is { Latitude: >= -90 and <= 90 and var latitude, Longitude: >= -180 and <= 180 and var longitude }
            ? new GeoPoint(latitude, longitude)
            : throw AggregatorHttp.Bad("no place");
    }

    public async Task<AggregatorOffer> SearchAsync(
        IReadOnlyList<RequestedItem> items, GeoPoint place, DeliveryAddress address, CallBudget budget, CancellationToken cancellationToken)
    {
        var terms = items.Select(item => SearchTerm.Of(item.Name)).ToArray();
        var query = new Dictionary<string, decimal>(StringComparer.Ordinal);
        for (var index = 0; index < terms.Length; index++)
        {
            if (terms[index].Length > 0)
            {
                query[terms[index]] = Math.Ceiling(items[index].Quantity);
            }
        }

        if (query.Count == 0)
        {
            // The vendor rejects an empty search, which would look like an outage.
            return new AggregatorOffer([], [.. terms.Select(_ => (IReadOnlyList<VendorProduct>)[])]);
        }

        var street = StreetLine.Parse(address.Street);
        var answer = await http.GetAsync(
            "/search/cart?query=" + Uri.EscapeDataString(JsonSerializer.Serialize(query, MealMeJson.Default.IReadOnlyDictionaryStringDecimal))
                + $"&user_latitude={Text(place.Latitude)}&user_longitude={Text(place.Longitude)}&pickup=false"
                + Optional("user_street_num", street.Number) + Optional("user_street_name", street.Name)
                + Optional("user_city", address.City) + Optional("user_state", address.State)
                + Optional("user_zipcode", address.PostalCode) + Optional("user_country", address.Country),
            "search",
            MealMeJson.Default.MealMeCarts,
            budget,
            cancellationToken);
        return MealMeMapper.Offer(answer, terms);
    }

    public async Task<IReadOnlyList<AggregatorShop>> FindShopsAsync(
        string? query, GeoPoint place, string kind, CallBudget budget, CancellationToken cancellationToken)
    {
        var answer = await http.GetAsync(
            $"/search/store/v3?latitude={Text(place.Latitude)}&longitude={Text(place.Longitude)}&store_type={kind}"
                + Optional("query", query),
            "search",
            MealMeJson.Default.MealMeStores,
            budget,
            cancellationToken);
        return [.. (answer.Stores ?? throw AggregatorHttp.Bad("no store list")).Select(MealMeMapper.Shop).OfType<AggregatorShop>()];
    }

    public async Task<AggregatorCart> CreateCartAsync(
        string shopId, IReadOnlyList<AggregatorLine> lines, string userId, GeoPoint place, CallBudget budget, CancellationToken cancellationToken)
    {
        var cart = await http.PostAsync(
            "/cart/create",
            "cart",
            new MealMeCartRequest(Lines(lines), false, userId, place.Latitude, place.Longitude, 0),
            MealMeJson.Default.MealMeCartRequest,
            MealMeJson.Default.MealMeCart,
            isRepeatable: false,
            budget,
            cancellationToken);
        return MealMeMapper.Cart(cart);
    }

    public async Task<AggregatorCart?> FindCartAsync(string cartId, CallBudget budget, CancellationToken cancellationToken) =>
        await http.FindAsync(
            "/cart/retrieve/v2?cart_id=" + Uri.EscapeDataString(cartId), "cart", MealMeJson.Default.MealMeCart, budget, cancellationToken)
            is { } cart ? MealMeMapper.Cart(cart) : null;

    /// <summary>Not placed, so a retry leaves at most another quote behind.</summary>
    public async Task<AggregatorQuote> QuoteAsync(
        string shopId,
        IReadOnlyList<AggregatorLine> lines,
        DeliveryAddress address,
        AggregatorCustomer customer,
        string? reference,
        CallBudget budget,
        CancellationToken cancellationToken)
    {
        var street = StreetLine.Parse(address.Street);
        var order = await http.PostAsync(
            "/order/order/v4",
            "order",
            new MealMeOrderRequest
            {
                Items = Lines(lines),
                PlaceOrder = false,
                IncludeFinalQuote = true,
                Pickup = false,
                DriverTipCents = customer.TipCents,
                UserStreetNum = street.Number,
                UserStreetName = street.Name,
                UserCity = address.City,
                UserState = address.State,
                UserZipcode = address.PostalCode,
                UserCountry = address.Country,
                UserId = customer.UserId,
                UserName = customer.Name,
                UserEmail = customer.Email,
                UserPhone = long.Parse(customer.Phone, CultureInfo.InvariantCulture),
                PaymentMethodId = customer.PaymentMethodId,
                CustomerOrderId = reference,
            },
            MealMeJson.Default.MealMeOrderRequest,
            MealMeJson.Default.MealMeOrder,
            isRepeatable: true,
            budget,
            cancellationToken);
        return MealMeMapper.Quote(order);
    }

    public async Task<AggregatorQuote> PlaceAsync(
        string orderId, string? paymentMethodId, CallBudget budget, CancellationToken cancellationToken) =>
        MealMeMapper.Quote(await http.PostAsync(
            "/order/finalize",
            "order",
            new MealMeFinalize(orderId),
            MealMeJson.Default.MealMeFinalize,
            MealMeJson.Default.MealMeOrder,
            isRepeatable: false,
            budget,
            cancellationToken));

    public async Task<AggregatorQuote?> FindOrderAsync(string orderId, CallBudget budget, CancellationToken cancellationToken)
    {
        var answer = await http.GetAsync(
            "/account/orders?order_id=" + Uri.EscapeDataString(orderId), "order", MealMeJson.Default.MealMeOrders, budget, cancellationToken);
        return (answer.Orders ?? throw AggregatorHttp.Bad("no order list")).FirstOrDefault(order => order?.OrderId == orderId) is { } order
            ? MealMeMapper.Quote(order)
            : null;
    }

    private static MealMeLine[] Lines(IReadOnlyList<AggregatorLine> lines) =>
        [.. lines.Select(line => new MealMeLine(line.ProductId, line.Quantity, line.UnitCents))];

    private static string Text(double degrees) => degrees.ToString("0.######", CultureInfo.InvariantCulture);

    private static string Optional(string name, string? value) =>
        string.IsNullOrWhiteSpace(value) ? "" : $"&{name}={Uri.EscapeDataString(value)}";
}

/// <summary>A street in two parts, as the older dialect wants it: 123 and Main St.</summary>
internal readonly record struct StreetLine(string? Number, string? Name)
{
    public static StreetLine Parse(string? street)
    {
        if (string.IsNullOrWhiteSpace(street))
        {
            return default;
        }

        var line = street.Trim();
        var blank = line.IndexOf(' ', StringComparison.Ordinal);
        return blank > 0 && char.IsAsciiDigit(line[0])
            ? new StreetLine(line[..blank], line[(blank + 1)..].Trim())
            : new StreetLine(null, line);
    }
}

/// <summary>Maps the older dialect's answers to our types, and rejects impossible figures.</summary>
internal static class MealMeMapper
{
    private const long LargestAmount = 10_000_000;

    /// <summary>Products by item, in the order of the terms; the vendor groups its answer by search term.</summary>
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
            VendorText.PlainOrNull(store.Name) ?? "MealMe shop",
            store.Address is { } address ? VendorText.Plain($"{address.StreetAddr}, {address.City}, {address.State} {address.Zipcode}") : "",
            store.Miles)
        : null;

    public static AggregatorCart Cart(MealMeCart cart) => cart is { CartId.Length: > 0, StoreId.Length: > 0 }
        ? new AggregatorCart(
            cart.CartId,
            cart.StoreId,
            Amount(cart.Subtotal),
            [.. (cart.Items ?? []).Where(item => item?.ProductId is not null).Select(item => new AggregatorLine(
                item.ProductId!, VendorText.Plain(item.Name ?? ""), item.Quantity ?? 1, Amount(item.BasePrice)))],
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
        return new AggregatorQuote
        {
            OrderId = order.OrderId,
            Status = order.Status,
            SubtotalCents = Amount(final.Subtotal ?? order.Subtotal),
            TaxCents = Amount(final.SalesTaxCents),
            Fees = [.. fees.Where(fee => fee.Cents > 0)],
            Minutes = range,
            UnitCents = UnitCents(order.Items),
            TrackingUrl = order.TrackingLink,
        };
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
        product is { ProductId.Length: > 0, Price: > 0 and <= LargestAmount } && VendorText.PlainOrNull(product.Name) is { } name
            ? new VendorProduct(product.ProductId, name, product.Price.Value)
            {
                SizeText = VendorText.PlainOrNull(product.UnitSize),
                Reference = product.Upc,
                IsInStock = product.IsAvailable != false,
                StoreId = shopId,
            }
            : null;

    private static long Amount(long? cents) => cents switch
    {
        null => 0,
        >= 0 and <= LargestAmount => cents.Value,
        _ => throw AggregatorHttp.Bad("an impossible amount"),
    };
}

internal sealed record MealMeGeocode(string? StreetNum, string? StreetName, string City, string? State, string Zipcode, string Country);

internal sealed record MealMePoint(double? Latitude, double? Longitude);

internal sealed record MealMeCarts(IReadOnlyList<MealMeFoundCart>? Carts);

internal sealed record MealMeFoundCart(string? StoreId, MealMeStore? Store, IReadOnlyList<MealMeFoundItem>? Items);

internal sealed record MealMeFoundItem(string? Query, IReadOnlyList<MealMeProduct>? Results);

internal sealed record MealMeStores(IReadOnlyList<MealMeStore>? Stores);

internal sealed record MealMeStore(
    [property: JsonPropertyName("_id")] string? Id, string? Name, MealMeAddress? Address, decimal? Miles);

internal sealed record MealMeAddress(string? StreetAddr, string? City, string? State, string? Zipcode);

internal sealed record MealMeProduct(
    string? ProductId, string? Name, long? Price, string? UnitSize, string? Upc, bool? IsAvailable, string? StoreId, string? StoreName);

internal sealed record MealMeLine(string ProductId, int Quantity, long ProductMarkedPrice);

internal sealed record MealMeCartRequest(
    IReadOnlyList<MealMeLine> Items, bool Pickup, string UserId, double UserLatitude, double UserLongitude, int DriverTipCents);

internal sealed record MealMeCart(
    string? CartId, string? StoreId, long? Subtotal, IReadOnlyList<MealMeItem>? Items, IReadOnlyList<MealMeDeliveryOption>? Quotes);

internal sealed record MealMeDeliveryOption(string? Service, long? DeliveryFeeCents, int? DeliveryTimeMin, int? DeliveryTimeMax);

internal sealed record MealMeItem(string? ProductId, string? Name, int? Quantity, long? BasePrice);

internal sealed record MealMeOrderRequest
{
    public required IReadOnlyList<MealMeLine> Items { get; init; }

    public required bool PlaceOrder { get; init; }

    public required bool IncludeFinalQuote { get; init; }

    public required bool Pickup { get; init; }

    public required int DriverTipCents { get; init; }

    public string? UserStreetNum { get; init; }

    public string? UserStreetName { get; init; }

    public required string UserCity { get; init; }

    public string? UserState { get; init; }

    public required string UserZipcode { get; init; }

    public required string UserCountry { get; init; }

    public required string UserId { get; init; }

    public required string UserName { get; init; }

    public required string UserEmail { get; init; }

    public required long UserPhone { get; init; }

    public string? PaymentMethodId { get; init; }

    public string? CustomerOrderId { get; init; }
}

internal sealed record MealMeFinalize(string OrderId);

internal sealed record MealMeOrders(IReadOnlyList<MealMeOrder>? Orders);

internal sealed record MealMeOrder(
    string? OrderId,
    string? Status,
    long? Subtotal,
    string? TrackingLink,
    IReadOnlyList<MealMeItem>? Items,
    MealMeFinalQuote? FinalQuote);

internal sealed record MealMeFinalQuote
{
    public long? Subtotal { get; init; }

    public long? DeliveryFeeCents { get; init; }

    public long? ServiceFeeCents { get; init; }

    public long? SmallOrderFeeCents { get; init; }

    public long? SalesTaxCents { get; init; }

    public long? TotalWithoutTips { get; init; }

    public long? Tip { get; init; }

    public int? DeliveryTimeMin { get; init; }

    public int? DeliveryTimeMax { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MealMeGeocode))]
[JsonSerializable(typeof(MealMePoint))]
[JsonSerializable(typeof(MealMeCarts))]
[JsonSerializable(typeof(MealMeStores))]
[JsonSerializable(typeof(MealMeCartRequest))]
[JsonSerializable(typeof(MealMeCart))]
[JsonSerializable(typeof(MealMeOrderRequest))]
[JsonSerializable(typeof(MealMeFinalize))]
[JsonSerializable(typeof(MealMeOrder))]
[JsonSerializable(typeof(MealMeOrders))]
[JsonSerializable(typeof(GeoPoint))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, decimal>))]
internal sealed partial class MealMeJson : JsonSerializerContext;
