using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;

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

    /// <param name="page">0 or 1; nobody looks further.</param>
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

    /// <summary>Adds to the shopper's one cart. Additive at the vendor: never repeated by itself.</summary>
    public async Task AddToCartAsync(
        KrogerCart cart, string shopperToken, CallBudget budget, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Put, "/cart/add", shopperToken);
        request.Content = JsonContent.Create(cart, KrogerJson.Default.KrogerCart);
        new VendorCall(ProviderId.KrogerApi, "cart", budget, IsRepeatable: false, IsForShopper: true).Mark(request);
        using var answer = await http.For(ProviderId.KrogerApi).SendCheckedAsync(request, cancellationToken);
    }

    /// <summary>A token that the vendor refuses is dropped, and the call made once more with a new one.</summary>
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
