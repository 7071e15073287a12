using System.Globalization;
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
        var answers = await BoundedFanOut.AllAsync(
            items, options.CurrentValue.ItemConcurrency, (item, token) => FindAsync(SearchTerm.Of(item.Name), place, budget, token), cancellationToken);
        return new AggregatorOffer(
            [.. answers.SelectMany(SatsumaReading.Shops).DistinctBy(shop => shop.Id, StringComparer.Ordinal)],
            [.. answers.Select(answer => (IReadOnlyList<VendorProduct>)[.. SatsumaReading.Products(answer)])]);
    }

    /// <summary>The dialect has no search for shops, so those that have the thing are listed.</summary>
    public async Task<IReadOnlyList<AggregatorShop>> FindShopsAsync(
        string? query, GeoPoint place, string kind, CallBudget budget, CancellationToken cancellationToken) =>
        [.. SatsumaReading.Shops(await FindAsync(string.IsNullOrWhiteSpace(query) ? kind : query, place, budget, cancellationToken))];

    public async Task<AggregatorCart> CreateCartAsync(
        string shopId, IReadOnlyList<AggregatorLine> lines, string userId, GeoPoint place, CallBudget budget, CancellationToken cancellationToken)
    {
        var cart = SatsumaReading.Cart(await http.PostAsync(
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
            cart = SatsumaReading.Cart(await http.PostAsync(
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
            is { } cart ? SatsumaReading.Cart(cart) : null;

    public async Task<AggregatorQuote> QuoteAsync(
        string shopId,
        IReadOnlyList<AggregatorLine> lines,
        DeliveryAddress address,
        AggregatorCustomer customer,
        string? reference,
        CallBudget budget,
        CancellationToken cancellationToken) =>
        SatsumaReading.Quote(await http.PostAsync(
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
        SatsumaReading.Quote(await http.PostAsync(
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
            is { } order ? SatsumaReading.Quote(order) : null;

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
