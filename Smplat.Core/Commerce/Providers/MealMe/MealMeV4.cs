using System.Globalization;
using System.Text.Json;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>MealMe 4.1: one basket search over all shops, an order that is quoted first and finalised later. Cents throughout.</summary>
public sealed class MealMeV4(AggregatorHttp http) : IAggregatorDialect
{
    public async Task<GeoPoint?> LocateAsync(DeliveryAddress address, CallBudget budget, CancellationToken cancellationToken)
    {
        var street = StreetLine.Of(address.Street);
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
            // The vendor refuses a search for nothing, which would look as if it had failed.
            return new AggregatorOffer([], [.. terms.Select(_ => (IReadOnlyList<VendorProduct>)[])]);
        }

        var street = StreetLine.Of(address.Street);
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
        return MealMeReading.Offer(answer, terms);
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
        return [.. (answer.Stores ?? throw AggregatorHttp.Bad("no store list")).Select(MealMeReading.Shop).OfType<AggregatorShop>()];
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
        return MealMeReading.Cart(cart);
    }

    public async Task<AggregatorCart?> FindCartAsync(string cartId, CallBudget budget, CancellationToken cancellationToken) =>
        await http.FindAsync(
            "/cart/retrieve/v2?cart_id=" + Uri.EscapeDataString(cartId), "cart", MealMeJson.Default.MealMeCart, budget, cancellationToken)
            is { } cart ? MealMeReading.Cart(cart) : null;

    /// <summary>Not placed, so repeating it leaves at most another quote behind.</summary>
    public async Task<AggregatorQuote> QuoteAsync(
        string shopId,
        IReadOnlyList<AggregatorLine> lines,
        DeliveryAddress address,
        AggregatorCustomer customer,
        string? reference,
        CallBudget budget,
        CancellationToken cancellationToken)
    {
        var street = StreetLine.Of(address.Street);
        var order = await http.PostAsync(
            "/order/order/v4",
            "order",
            new MealMeOrderRequest(
                Lines(lines), false, true, false, customer.TipCents, street.Number, street.Name, address.City, address.State,
                address.PostalCode, address.Country, customer.UserId, customer.Name, customer.Email,
                long.Parse(customer.Phone, CultureInfo.InvariantCulture), customer.PaymentMethodId, reference),
            MealMeJson.Default.MealMeOrderRequest,
            MealMeJson.Default.MealMeOrder,
            isRepeatable: true,
            budget,
            cancellationToken);
        return MealMeReading.Quote(order);
    }

    public async Task<AggregatorQuote> PlaceAsync(
        string orderId, string? paymentMethodId, CallBudget budget, CancellationToken cancellationToken) =>
        MealMeReading.Quote(await http.PostAsync(
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
            ? MealMeReading.Quote(order)
            : null;
    }

    private static MealMeLine[] Lines(IReadOnlyList<AggregatorLine> lines) =>
        [.. lines.Select(line => new MealMeLine(line.ProductId, line.Quantity, line.UnitCents))];

    private static string Text(double degrees) => degrees.ToString("0.######", CultureInfo.InvariantCulture);

    private static string Optional(string name, string? value) =>
        string.IsNullOrWhiteSpace(value) ? "" : $"&{name}={Uri.EscapeDataString(value)}";
}
