using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.Walmart;

/// <summary>Walmart's affiliate API on the wire.</summary>
internal sealed class WalmartClient(VendorHttp http, WalmartSigner signer, IOptionsMonitor<WalmartOptions> options)
{
    /// <summary>The most items that one search may return.</summary>
    public const int PageSize = 25;

    public async Task<WalmartSearch> SearchAsync(string query, CallBudget budget, CancellationToken cancellationToken)
    {
        var answer = await GetAsync(
            $"/search?query={Uri.EscapeDataString(query)}&numItems={PageSize}&start=1&responseGroup=full{Publisher()}",
            "search",
            WalmartJson.Default.WalmartSearch,
            budget,
            cancellationToken);
        return answer.Items is not null || answer is { TotalResults: 0 }
            ? answer
            : throw new ProviderFailureException(ProviderFailure.BadAnswer(ProviderId.WalmartApi, "no item list"));
    }

    /// <summary>Items by id, at most 20.</summary>
    public Task<WalmartSearch> FindItemsAsync(
        IReadOnlyList<string> itemIds, CallBudget budget, CancellationToken cancellationToken) =>
        GetAsync(
            $"/items?ids={Uri.EscapeDataString(string.Join(',', itemIds.Take(20)))}{Publisher()}",
            "items",
            WalmartJson.Default.WalmartSearch,
            budget,
            cancellationToken);

    public async Task<WalmartNearest> FindStoreAsync(
        string postalCode, CallBudget budget, CancellationToken cancellationToken)
    {
        using var body = await GetAsync(
            $"/stores?zip={Uri.EscapeDataString(postalCode)}", "stores", WalmartJson.Default.JsonDocument, budget, cancellationToken);
        try
        {
            return WalmartCatalogue.Read(body.RootElement);
        }
        catch (JsonException exception)
        {
            throw new ProviderFailureException(ProviderFailure.BadAnswer(ProviderId.WalmartApi, "no store list"), exception);
        }
    }

    private async Task<T> GetAsync<T>(
        string path, string endpoint, JsonTypeInfo<T> shape, CallBudget budget, CancellationToken cancellationToken)
        where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, options.CurrentValue.Root.ToString().TrimEnd('/') + path);
        signer.Sign(request);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        new VendorCall(ProviderId.WalmartApi, endpoint, budget).Mark(request);
        try
        {
            return await http.For(ProviderId.WalmartApi).SendAsync(request, shape, cancellationToken);
        }
        catch (ProviderFailureException refused) when (ProviderFailureCodes.IsCredentialProblem(refused.Failure.Code))
        {
            signer.Forget();
            throw;
        }
    }

    private string Publisher() =>
        options.CurrentValue.PublisherId is { Length: > 0 } id ? "&publisherId=" + Uri.EscapeDataString(id) : "";
}
