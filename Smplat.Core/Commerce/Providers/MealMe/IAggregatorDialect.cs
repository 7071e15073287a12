using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>
/// The aggregator's API in one of its two dialects. Reads and quotes are repeatable; placing is not. Failures are
/// <see cref="ProviderFailureException"/>s.
/// </summary>
public interface IAggregatorDialect
{
    /// <summary>Where an address is; null when the vendor does not know it.</summary>
    Task<GeoPoint?> LocateAsync(DeliveryAddress address, CallBudget budget, CancellationToken cancellationToken);

    Task<AggregatorOffer> SearchAsync(
        IReadOnlyList<RequestedItem> items, GeoPoint place, DeliveryAddress address, CallBudget budget, CancellationToken cancellationToken);

    /// <summary>Shops by name near a place, groceries or restaurants.</summary>
    Task<IReadOnlyList<AggregatorShop>> FindShopsAsync(
        string? query, GeoPoint place, string kind, CallBudget budget, CancellationToken cancellationToken);

    Task<AggregatorCart> CreateCartAsync(
        string shopId, IReadOnlyList<AggregatorLine> lines, string userId, GeoPoint place, CallBudget budget, CancellationToken cancellationToken);

    /// <summary>Null when the vendor knows no such cart.</summary>
    Task<AggregatorCart?> FindCartAsync(string cartId, CallBudget budget, CancellationToken cancellationToken);

    /// <summary>Makes an order that is not placed, for its final figures.</summary>
    /// <param name="reference">Our id of the order, where the dialect carries one.</param>
    Task<AggregatorQuote> QuoteAsync(
        string shopId,
        IReadOnlyList<AggregatorLine> lines,
        DeliveryAddress address,
        AggregatorCustomer customer,
        string? reference,
        CallBudget budget,
        CancellationToken cancellationToken);

    /// <summary>The point of no return.</summary>
    Task<AggregatorQuote> PlaceAsync(
        string orderId, string? paymentMethodId, CallBudget budget, CancellationToken cancellationToken);

    /// <summary>Null when the vendor knows no such order.</summary>
    Task<AggregatorQuote?> FindOrderAsync(string orderId, CallBudget budget, CancellationToken cancellationToken);
}

/// <summary>What the shops near a place have for each item, in the order of the items. Products name their shop.</summary>
public sealed record AggregatorOffer(
    IReadOnlyList<AggregatorShop> Shops, IReadOnlyList<IReadOnlyList<VendorProduct>> ByItem)
{
    /// <summary>Positions of the items whose search failed by itself.</summary>
    public IReadOnlyList<int> Failed { get; init; } = [];
}

/// <summary>A shop behind the aggregator.</summary>
public sealed record AggregatorShop(string Id, string Name, string Address, decimal? Miles = null);

/// <summary>A cart at the vendor, of one shop. Amounts are cents.</summary>
public sealed record AggregatorCart(
    string CartId, string ShopId, long SubtotalCents, IReadOnlyList<AggregatorLine> Lines, IReadOnlyList<AggregatorDelivery> Deliveries);

/// <summary>One way to have a cart delivered.</summary>
public sealed record AggregatorDelivery(string Provider, int? EtaMinutes, long FeeCents);

/// <summary>A product and how many packs of it. The price is what the search said.</summary>
public sealed record AggregatorLine(string ProductId, string Name, int Quantity, long UnitCents);

/// <summary>An order at the vendor with its final figures; nothing is ordered until it is placed. Amounts are cents.</summary>
public sealed record AggregatorQuote
{
    public required string OrderId { get; init; }

    public required string Status { get; init; }

    public required long SubtotalCents { get; init; }

    public required long TaxCents { get; init; }

    public required IReadOnlyList<QuoteFee> Fees { get; init; }

    /// <summary>Expected delivery; null when the vendor gives none.</summary>
    public DeliveryRange? Minutes { get; init; }

    /// <summary>Price by product id, where the vendor repeats it.</summary>
    public required IReadOnlyDictionary<string, long> UnitCents { get; init; }

    public string? TrackingUrl { get; init; }

    /// <summary>The vendor has the order.</summary>
    public bool IsPlaced => MealMeOrderStatus.IsPlaced(Status);

    /// <summary>The vendor will never have the order: it failed or was cancelled.</summary>
    public bool IsDead => MealMeOrderStatus.IsDead(Status);

    public long FeesCents => Fees.Sum(fee => fee.Cents);

    public long TotalCents => SubtotalCents + TaxCents + FeesCents;
}

/// <summary>To whom the vendor delivers and writes.</summary>
/// <param name="Instructions">For the courier, where the dialect carries them.</param>
public sealed record AggregatorCustomer(
    string UserId, string Name, string Email, string Phone, string? PaymentMethodId, int TipCents, string? Instructions = null)
{
    /// <summary>For a quote, about which the vendor contacts nobody.</summary>
    public static AggregatorCustomer ForQuote(MealMeOptions options, string userId) =>
        new(userId, options.ContactName, options.ContactEmail, options.ContactPhone, null, options.TipCents);

    /// <summary>For an order: the shopper's own contact where it is known, else the contact in the settings.</summary>
    public static AggregatorCustomer ForOrder(MealMeOptions options, ConfirmRequest request) =>
        new(
            request.Basket.User?.MealMeUserId ?? request.UserId ?? request.SessionId.ToString("N"),
            request.Contact?.Name ?? options.ContactName,
            request.Contact?.Email ?? options.ContactEmail,
            request.Contact?.Phone ?? options.ContactPhone,
            request.Payment?.Token,
            options.TipCents,
            request.Basket.SpecialInstructions);

    public override string ToString() => $"AggregatorCustomer {UserId}";
}

/// <summary>A place on the map, in degrees. A record, so that caches can hold it.</summary>
public sealed record GeoPoint(double Latitude, double Longitude);

/// <summary>The dialect that is currently set.</summary>
public sealed class AggregatorDialects(MealMeV4 mealMe, SatsumaV1 satsuma, IOptionsMonitor<MealMeOptions> options)
{
    public IAggregatorDialect Current => options.CurrentValue.IsSatsuma ? satsuma : mealMe;
}

/// <summary>Requests with the aggregator's key, which the header carries without a scheme word.</summary>
public sealed class AggregatorHttp(VendorHttp http, IOptionsMonitor<MealMeOptions> options)
{
    public async Task<T> GetAsync<T>(
        string path, string endpoint, JsonTypeInfo<T> shape, CallBudget budget, CancellationToken cancellationToken)
        where T : class
    {
        using var request = Request(HttpMethod.Get, path);
        new VendorCall(ProviderId.MealMe, endpoint, budget).Mark(request);
        return await http.For(ProviderId.MealMe).SendAsync(request, shape, cancellationToken);
    }

    /// <summary>Like a read, but null when the vendor answers 404.</summary>
    public async Task<T?> FindAsync<T>(
        string path, string endpoint, JsonTypeInfo<T> shape, CallBudget budget, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await GetAsync(path, endpoint, shape, budget, cancellationToken);
        }
        catch (ProviderFailureException absent) when (absent.Failure.Code == "HTTP_404")
        {
            return null;
        }
    }

    public async Task<TAnswer> PostAsync<TBody, TAnswer>(
        string path,
        string endpoint,
        TBody body,
        JsonTypeInfo<TBody> bodyShape,
        JsonTypeInfo<TAnswer> shape,
        bool isRepeatable,
        CallBudget budget,
        CancellationToken cancellationToken)
        where TAnswer : class
    {
        using var request = Request(HttpMethod.Post, path);
        request.Content = JsonContent.Create(body, bodyShape);
        new VendorCall(ProviderId.MealMe, endpoint, budget, isRepeatable).Mark(request);
        return await http.For(ProviderId.MealMe).SendAsync(request, shape, cancellationToken);
    }

    public static ProviderFailureException Bad(string what) => new(ProviderFailure.BadAnswer(ProviderId.MealMe, what));

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var current = options.CurrentValue;
        var request = new HttpRequestMessage(method, current.Root.ToString().TrimEnd('/') + path);
        request.Headers.TryAddWithoutValidation("Authorization", current.ApiKey);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return request;
    }
}
