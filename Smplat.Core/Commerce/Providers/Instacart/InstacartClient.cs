using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.Instacart;

/// <summary>The Instacart Developer Platform on the wire. Making a link orders nothing, so it may be repeated.</summary>
public sealed class InstacartClient(VendorHttp http, IOptionsMonitor<InstacartOptions> options)
{
    public Task<string> CreateListAsync(InstacartShoppingList list, CallBudget budget, CancellationToken cancellationToken) =>
        CreateLinkAsync("/idp/v1/products/products_link", list, InstacartJson.Default.InstacartShoppingList, budget, cancellationToken);

    public Task<string> CreateRecipeAsync(InstacartRecipe recipe, CallBudget budget, CancellationToken cancellationToken) =>
        CreateLinkAsync("/idp/v1/products/recipe", recipe, InstacartJson.Default.InstacartRecipe, budget, cancellationToken);

    public async Task<InstacartRetailers> FindRetailersAsync(
        string postalCode, string country, CallBudget budget, CancellationToken cancellationToken)
    {
        using var request = Request(
            HttpMethod.Get,
            $"/idp/v1/retailers?postal_code={Uri.EscapeDataString(postalCode)}&country_code={Uri.EscapeDataString(country)}",
            "retailers",
            budget);
        var answer = await http.For(ProviderId.Instacart).SendAsync(
            request, InstacartJson.Default.InstacartRetailers, cancellationToken);
        return answer.Retailers is not null
            ? answer
            : throw new ProviderFailureException(ProviderFailure.BadAnswer(ProviderId.Instacart, "no retailer list"));
    }

    private async Task<string> CreateLinkAsync<T>(
        string path, T body, JsonTypeInfo<T> shape, CallBudget budget, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Post, path, "links", budget);
        request.Content = JsonContent.Create(body, shape);
        var answer = await http.For(ProviderId.Instacart).SendAsync(request, InstacartJson.Default.InstacartLink, cancellationToken);
        return Uri.TryCreate(answer.ProductsLinkUrl, UriKind.Absolute, out var link) && link.Scheme is "http" or "https"
            ? answer.ProductsLinkUrl!
            : throw new ProviderFailureException(ProviderFailure.BadAnswer(ProviderId.Instacart, "no link"));
    }

    private HttpRequestMessage Request(HttpMethod method, string path, string endpoint, CallBudget budget)
    {
        var current = options.CurrentValue;
        var request = new HttpRequestMessage(method, current.Root.GetLeftPart(UriPartial.Authority) + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", current.ApiKey);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        new VendorCall(ProviderId.Instacart, endpoint, budget).Mark(request);
        return request;
    }
}

public sealed record InstacartMeasurement(decimal Quantity, string Unit);

public sealed record InstacartLineItem(
    string Name, string DisplayText, IReadOnlyList<InstacartMeasurement> LineItemMeasurements);

public sealed record InstacartShoppingList(
    string Title, string LinkType, int ExpiresIn, IReadOnlyList<InstacartLineItem> LineItems);

public sealed record InstacartIngredient(string Name, string DisplayText, IReadOnlyList<InstacartMeasurement> Measurements);

public sealed record InstacartRecipe(
    string Title, int? Servings, int ExpiresIn, IReadOnlyList<string>? Instructions, IReadOnlyList<InstacartIngredient> Ingredients);

public sealed record InstacartLink(string? ProductsLinkUrl);

public sealed record InstacartRetailers(IReadOnlyList<InstacartRetailer>? Retailers);

/// <summary>Older revisions of the API say id, newer ones retailer_key.</summary>
public sealed record InstacartRetailer(string? RetailerKey, string? Id, string? Name, string? RetailerLogoUrl);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(InstacartShoppingList))]
[JsonSerializable(typeof(InstacartRecipe))]
[JsonSerializable(typeof(InstacartLink))]
[JsonSerializable(typeof(InstacartRetailers))]
internal sealed partial class InstacartJson : JsonSerializerContext;
