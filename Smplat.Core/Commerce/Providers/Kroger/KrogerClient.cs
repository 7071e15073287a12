using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Caching;

namespace Smplat.Core.Commerce.Providers.Kroger;

/// <summary>Kroger's public API on the wire.</summary>
internal sealed class KrogerClient(VendorHttp http, KrogerTokens tokens, IOptionsMonitor<KrogerOptions> options)
{
    /// <summary>The most products that one page may hold. The order of results changes from call to call, so few pages matter.</summary>
    public const int PageSize = 50;

    private static readonly string[] Pages = ["0", "50"];

    /// <summary>Stores by distance from the postal code.</summary>
    public async Task<IReadOnlyList<KrogerLocation>> FindLocationsAsync(
        string postalCode, CallBudget budget, CancellationToken cancellationToken)
    {
        var answer = await GetAsync(
            $"/locations?filter.zipCode.near={Uri.EscapeDataString(postalCode)}&filter.radiusInMiles=10&filter.limit=5",
            "locations",
            KrogerJson.Default.KrogerLocations,
            budget,
            cancellationToken);
        return answer.Data ?? throw new ProviderFailureException(ProviderFailure.BadAnswer(ProviderId.KrogerApi, "no store list"));
    }

    /// <param name="page">0 or 1; further pages are never read.</param>
    public async Task<KrogerProducts> SearchAsync(
        string term, string locationId, int page, CallBudget budget, CancellationToken cancellationToken)
    {
        var answer = await GetAsync(
            $"/products?filter.term={Uri.EscapeDataString(term)}&filter.locationId={Uri.EscapeDataString(locationId)}"
            + $"&filter.fulfillment=csp,dth&filter.start={Pages[page]}&filter.limit=50",
            "products",
            KrogerJson.Default.KrogerProducts,
            budget,
            cancellationToken);
        return answer.Data is not null
            ? answer
            : throw new ProviderFailureException(ProviderFailure.BadAnswer(ProviderId.KrogerApi, "no product list"));
    }

    /// <summary>Adds to the shopper's one cart. The call is additive at the vendor, so it is never retried.</summary>
    public async Task AddToCartAsync(
        KrogerCart cart, string shopperToken, CallBudget budget, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Put, "/cart/add", shopperToken);
        request.Content = JsonContent.Create(cart, KrogerJson.Default.KrogerCart);
        new VendorCall(ProviderId.KrogerApi, "cart", budget, IsRepeatable: false, IsForShopper: true).Mark(request);
        using var answer = await http.For(ProviderId.KrogerApi).SendCheckedAsync(request, cancellationToken);
    }

    /// <summary>Fetches a new access token, which proves that the credentials work.</summary>
    public Task RenewTokenAsync(CallBudget budget, CancellationToken cancellationToken) => tokens.RenewAsync(budget, cancellationToken);

    /// <summary>A token that the vendor refuses is dropped, and the call is made once more with a new one.</summary>
    private async Task<T> GetAsync<T>(
        string path, string endpoint, JsonTypeInfo<T> shape, CallBudget budget, CancellationToken cancellationToken)
        where T : class
    {
        var token = await tokens.GetAsync(budget, cancellationToken);
        try
        {
            return await SendAsync(path, endpoint, token, shape, budget, cancellationToken);
        }
        catch (ProviderFailureException refused) when (refused.Failure.Code == "HTTP_401")
        {
            tokens.Drop(token);
            token = await tokens.GetAsync(budget, cancellationToken);
            return await SendAsync(path, endpoint, token, shape, budget, cancellationToken);
        }
    }

    private async Task<T> SendAsync<T>(
        string path, string endpoint, string token, JsonTypeInfo<T> shape, CallBudget budget, CancellationToken cancellationToken)
        where T : class
    {
        using var request = Request(HttpMethod.Get, path, token);
        new VendorCall(ProviderId.KrogerApi, endpoint, budget).Mark(request);
        return await http.For(ProviderId.KrogerApi).SendAsync(request, shape, cancellationToken);
    }

    private HttpRequestMessage Request(HttpMethod method, string path, string token)
    {
        var request = new HttpRequestMessage(method, options.CurrentValue.Root.ToString().TrimEnd('/') + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return request;
    }
}

/// <summary>
/// The app's access token, fetched once for all callers and kept until a minute before it expires. Changed credentials or
/// another host get a new one.
/// </summary>
internal sealed class KrogerTokens(VendorHttp http, IOptionsMonitor<KrogerOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(60);

    private readonly SingleFlightCache<string> _tokens = new(new(MaxEntries: 1), clock);

    public Task<string> GetAsync(CallBudget budget, CancellationToken cancellationToken) =>
        GetAsync(budget, isFresh: false, cancellationToken);

    /// <summary>Always asks for a new token.</summary>
    public Task<string> RenewAsync(CallBudget budget, CancellationToken cancellationToken) =>
        GetAsync(budget, isFresh: true, cancellationToken);

    /// <summary>Drops a token that the vendor refused, unless a newer one has replaced it.</summary>
    public void Drop(string token) => _tokens.Drop(Credentials.From(options.CurrentValue).Key, token);

    private async Task<string> GetAsync(CallBudget budget, bool isFresh, CancellationToken cancellationToken)
    {
        var credentials = Credentials.From(options.CurrentValue);
        var answer = await _tokens.GetAsync(
            credentials.Key, token => FetchAsync(credentials, budget, token), new CachePolicy { Fresh = isFresh }, cancellationToken);
        if (answer.Error is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        return answer.Held!.Value;
    }

    private async Task<Computed<string>> FetchAsync(Credentials credentials, CallBudget budget, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{credentials.Root}/connect/oauth2/token");
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credentials.Id}:{credentials.Secret}")));
        request.Content = new FormUrlEncodedContent(
        [
            new("grant_type", "client_credentials"),
            new("scope", "product.compact"),
        ]);
        new VendorCall(ProviderId.KrogerApi, "token", budget).Mark(request);
        KrogerToken answer;
        try
        {
            answer = await http.For(ProviderId.KrogerApi).SendAsync(request, KrogerJson.Default.KrogerToken, cancellationToken);
        }
        catch (ProviderFailureException refused) when (refused.Failure.Code is "HTTP_400" or "HTTP_401" or "HTTP_403")
        {
            throw new ProviderFailureException(ProviderFailure.AuthFailed(ProviderId.KrogerApi), refused);
        }

        if (answer is not { AccessToken.Length: > 0, ExpiresIn: > 0 and < 864_000 })
        {
            throw new ProviderFailureException(ProviderFailure.BadAnswer(ProviderId.KrogerApi, "a token without its lifetime"));
        }

        return new(answer.AccessToken, TimeSpan.FromSeconds(answer.ExpiresIn.Value) - Margin);
    }

    private sealed record Credentials(string Root, string Id, string Secret)
    {
        public static Credentials From(KrogerOptions options) =>
            new(options.Root.ToString().TrimEnd('/'), options.ClientId ?? "", options.ClientSecret ?? "");

        public string Key => $"{Root}\n{Id}\n{Secret}";
    }
}

/// <summary>Maps Kroger's products and stores to our types.</summary>
internal static class KrogerMapper
{
    /// <summary>Every variant of every product that has a price; seasonal goods may have none.</summary>
    public static IEnumerable<VendorProduct> ToProducts(KrogerProducts answer)
    {
        foreach (var product in answer.Data ?? [])
        {
            var name = VendorText.PlainOrNull(product?.Description);
            foreach (var item in product?.Items ?? [])
            {
                if (product is { Upc.Length: > 0 } && name is not null && item is not null && PriceOf(item.Price) is { } cents)
                {
                    yield return new VendorProduct(item.ItemId ?? product.Upc, name, cents)
                    {
                        Brand = VendorText.PlainOrNull(product.Brand),
                        Category = product.Categories is [var category, ..] ? VendorText.PlainOrNull(category) : null,
                        SizeText = VendorText.PlainOrNull(item.Size),
                        IsSoldByWeight = string.Equals(item.SoldBy, "WEIGHT", StringComparison.OrdinalIgnoreCase),
                        Reference = product.Upc,
                        IsInStock = item.Inventory?.StockLevel is not "TEMPORARILY_OUT_OF_STOCK",
                        IsDeliverable = item.Fulfillment is null or { Delivery: true } or { Curbside: true },
                    };
                }
            }
        }
    }

    public static NearestStore ToStore(IReadOnlyList<KrogerLocation> locations) =>
        locations.FirstOrDefault(location => location is { LocationId.Length: > 0 }) is { } nearest
            ? new NearestStore(nearest.LocationId, VendorText.PlainOrNull(nearest.Name ?? nearest.Chain) ?? "Kroger", AddressOf(nearest.Address))
            : NearestStore.None;

    /// <summary>A promotion of 0 means that there is none.</summary>
    private static long? PriceOf(KrogerPrice? price) => Cents.FromPrice(price?.Promo) ?? Cents.FromPrice(price?.Regular);

    private static string AddressOf(KrogerAddress? address) => address is null
        ? ""
        : VendorText.Plain($"{address.AddressLine1}, {address.City}, {address.State} {address.ZipCode}");
}

internal sealed record KrogerToken(
    [property: JsonPropertyName("access_token")] string? AccessToken,
    [property: JsonPropertyName("expires_in")] int? ExpiresIn);

internal sealed record KrogerLocations(IReadOnlyList<KrogerLocation>? Data);

internal sealed record KrogerLocation(string? LocationId, string? Name, string? Chain, KrogerAddress? Address);

internal sealed record KrogerAddress(string? AddressLine1, string? City, string? State, string? ZipCode);

internal sealed record KrogerProducts(IReadOnlyList<KrogerProduct>? Data, KrogerMeta? Meta);

internal sealed record KrogerMeta(KrogerPagination? Pagination);

internal sealed record KrogerPagination(int? Total, int? Start, int? Limit);

internal sealed record KrogerProduct(
    string? ProductId,
    string? Upc,
    string? Brand,
    string? Description,
    IReadOnlyList<string>? Categories,
    IReadOnlyList<KrogerItem>? Items);

internal sealed record KrogerItem(
    string? ItemId, string? Size, string? SoldBy, KrogerInventory? Inventory, KrogerFulfillment? Fulfillment, KrogerPrice? Price);

internal sealed record KrogerInventory(string? StockLevel);

internal sealed record KrogerFulfillment(bool? Curbside, bool? Delivery, bool? Instore, bool? Shiptohome);

internal sealed record KrogerPrice(decimal? Regular, decimal? Promo);

/// <summary>A cart line for the vendor: a UPC and a number of packs.</summary>
internal sealed record KrogerCartItem(string Upc, int Quantity, string Modality);

internal sealed record KrogerCart(IReadOnlyList<KrogerCartItem> Items);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(KrogerToken))]
[JsonSerializable(typeof(KrogerLocations))]
[JsonSerializable(typeof(KrogerProducts))]
[JsonSerializable(typeof(KrogerCart))]
internal sealed partial class KrogerJson : JsonSerializerContext;
