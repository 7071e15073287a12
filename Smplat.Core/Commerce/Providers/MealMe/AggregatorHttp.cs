using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>Requests with the aggregator's key, which stands in the header without a scheme word.</summary>
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
