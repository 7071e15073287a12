using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Merchandising;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>Which bundles to offer beside a product, and what editors say about them.</summary>
public sealed class RecommendationFunctions(BundleRecommendations recommendations, BundleOperations bundles)
{
    [Function("RecommendBundles")]
    [RequireKey(KeyScope.Storefront)]
    [Operation("Bundles to offer beside a product, best first", Tag = "Merchandising")]
    [JsonBody(typeof(RecommendBundles), Example = """{"product_slug":"instagram-growth","freshness_minutes":60}""")]
    [Answers(200, typeof(RecommendationsAnswer), Naming.Snake)]
    [Answers(429, "More than 8 calls for this product in 5 seconds")]
    public Task<IResult> RecommendBundlesAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/catalog/recommendations")] HttpRequest request,
        CancellationToken cancellationToken) => RecommendAsync(request, isRefresh: false, cancellationToken);

    [Function("RefreshRecommendations")]
    [RequireKey(KeyScope.Storefront)]
    [Operation("The same, computed anew", Tag = "Merchandising")]
    [JsonBody(typeof(RecommendBundles), Example = """{"product_slug":"instagram-growth"}""")]
    [Answers(200, typeof(RecommendationsAnswer), Naming.Snake)]
    [Answers(429, "More than 8 calls for this product in 5 seconds")]
    public Task<IResult> RefreshRecommendationsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/catalog/recommendations/refresh")] HttpRequest request,
        CancellationToken cancellationToken) => RecommendAsync(request, isRefresh: true, cancellationToken);

    [Function("OverrideRecommendation")]
    [RequireKey(KeyScope.Operator)]
    [Operation("What editors say about a bundle in recommendations", Tag = "Merchandising", Description = "It replaces the override before it.")]
    [JsonBody(typeof(BundleOverride), Example = """{"bundle_slug":"growth-pack","title":"Spring Growth Pack","priority":10,"tags":["spring"]}""")]
    [Answers(200, typeof(OverrideAnswer), Naming.Snake)]
    [Answers(404, "No such bundle")]
    public async Task<IResult> OverrideRecommendationAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/catalog/recommendations/override")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var command = await request.ReadAsync(BundleOverride.Read, cancellationToken);
        if (await bundles.OverrideAsync(command, cancellationToken) is not { } bundle)
        {
            return Answer.From(new BundleNotFound());
        }

        await recommendations.ForgetAsync(bundle.PrimaryProductSlug, cancellationToken);
        return Answer.Snake(new OverrideAnswer("ok"));
    }

    private async Task<IResult> RecommendAsync(HttpRequest request, bool isRefresh, CancellationToken cancellationToken)
    {
        var query = await request.ReadAsync(RecommendBundles.Read, cancellationToken);
        return await recommendations.RecommendAsync(query, isRefresh, cancellationToken) switch
        {
            RecommendationOutcome.Found found => Answer.Snake(RecommendationsAnswer.From(query, found.Result)),
            RecommendationOutcome.Refused refused => Answer.From(refused.Refusal),
            var unknown => throw new InvalidOperationException($"No answer for {unknown}."),
        };
    }
}

/// <summary>The override is stored.</summary>
public sealed record OverrideAnswer(string Status);

/// <summary>Bundles to offer, best first.</summary>
/// <param name="CacheLayer">computed, memory or persistent.</param>
/// <param name="FallbackCopy">A text to show when there is nothing to offer; null otherwise.</param>
public sealed record RecommendationsAnswer(
    string ProductSlug,
    DateTimeOffset ResolvedAt,
    int? FreshnessMinutes,
    string CacheLayer,
    string? FallbackCopy,
    IReadOnlyList<RecommendationAnswer> Recommendations)
{
    public static RecommendationsAnswer From(RecommendBundles query, RecommendedBundles result) => new(
        query.ProductSlug,
        result.ResolvedAt,
        query.FreshnessMinutes,
        result.CacheLayer,
        result.Bundles.Count == 0 ? "No bundles are available for this product yet." : null,
        [.. result.Bundles.Select(bundle => RecommendationAnswer.From(bundle, result))]);
}

/// <summary>One bundle to offer.</summary>
public sealed record RecommendationAnswer(
    string Slug,
    string Title,
    string? Description,
    string? SavingsCopy,
    IReadOnlyList<BundleComponent> Components,
    RecommendationMetrics Metrics,
    RecommendationProvenance Provenance)
{
    public static RecommendationAnswer From(BundleRecommendation bundle, RecommendedBundles result) => new(
        bundle.Slug,
        bundle.Title,
        bundle.Description,
        bundle.SavingsCopy,
        bundle.Components,
        bundle.Metrics,
        new(
            "catalog-bundles",
            result.CacheLayer,
            result.ComputedAt,
            result.ExpiresAt,
            BundleRecommendations.TtlMinutes,
            bundle.Metrics.Notes.Where(note => note == "cms_override").ToArray()));
}

/// <summary>Where a recommendation comes from.</summary>
public sealed record RecommendationProvenance(
    string Source,
    string CacheLayer,
    DateTimeOffset CacheRefreshedAt,
    DateTimeOffset CacheExpiresAt,
    int CacheTtlMinutes,
    IReadOnlyList<string> Notes);
