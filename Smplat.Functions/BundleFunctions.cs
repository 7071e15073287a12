using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Merchandising;
using Smplat.Core.Platform.Input;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>Bundles of products: reading them with their prices, and writing them for operators.</summary>
public sealed class BundleFunctions(BundleQueries catalog, BundleOperations bundles, CallerRights rights)
{
    [Function("ListBundles")]
    [OpenToAll("The storefront shows the bundles to everyone; those that cannot be ordered need an operator's key.", RefuseWrongKey = true)]
    [RateLimit(RateCategory.Standard)]
    [Operation("Bundles that can be ordered in a channel", Tag = "Merchandising")]
    [Query(typeof(ListBundles))]
    [QueryParameter("channel", "The channel; defaults to storefront")]
    [QueryParameter("view", "all shows bundles that cannot be ordered too, with the reason; needs an operator's key")]
    [Answers(200, typeof(BundleAnswer[]), Naming.Camel)]
    [Answers(403, "All were asked for without an operator's key")]
    public Task<IResult> ListBundlesAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/catalog/bundles")] HttpRequest request,
        CancellationToken cancellationToken) => ListAsync(request, null, cancellationToken);

    [Function("ListProductBundles")]
    [OpenToAll("The storefront shows the bundles to everyone; those that cannot be ordered need an operator's key.", RefuseWrongKey = true)]
    [RateLimit(RateCategory.Standard)]
    [Operation("Bundles that are offered beside a product", Tag = "Merchandising")]
    [Query(typeof(ListBundles))]
    [QueryParameter("channel", "The channel; defaults to storefront")]
    [QueryParameter("view", "all shows bundles that cannot be ordered too, with the reason; needs an operator's key")]
    [Answers(200, typeof(BundleAnswer[]), Naming.Camel)]
    [Answers(403, "All were asked for without an operator's key")]
    public Task<IResult> ListProductBundlesAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/catalog/bundles/product/{primarySlug}")] HttpRequest request,
        string primarySlug,
        CancellationToken cancellationToken) => ListAsync(request, primarySlug, cancellationToken);

    [Function("GetBundle")]
    [OpenToAll("The storefront shows the bundles to everyone; those that cannot be ordered need an operator's key.", RefuseWrongKey = true)]
    [RateLimit(RateCategory.Standard)]
    [Operation("A bundle by its slug or id", Tag = "Merchandising", Description = "An operator's key shows every bundle.")]
    [Query(typeof(InChannel))]
    [QueryParameter("channel", "The channel in which it must be available; defaults to storefront")]
    [Answers(200, typeof(BundleAnswer), Naming.Camel)]
    [Answers(404, "No such bundle can be ordered in the channel")]
    public async Task<IResult> GetBundleAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/catalog/bundles/{bundle}")] HttpRequest request,
        string bundle,
        CancellationToken cancellationToken)
    {
        var channel = request.ReadQuery(InChannel.Read).Channel;
        return await catalog.FindAsync(bundle, channel ?? ProductChannels.Storefront, cancellationToken) is { } view
            && (view.Problem is null || (channel is null && rights.IsOperator(request.HttpContext)))
                ? Show(view, StatusCodes.Status200OK)
                : Answer.From(new BundleNotFound());
    }

    [Function("CreateBundle")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Create a bundle", Tag = "Merchandising", Description = "Components are products, or bundles with kind bundle. Without pricing it costs what its components cost.")]
    [JsonBody(typeof(BundleContent), nameof(BundleContent.ReadNew), Example =
        """{"primaryProductSlug":"instagram-growth","bundleSlug":"growth-pack","title":"Growth Pack","components":[{"slug":"instagram-growth","quantity":1},{"slug":"content-spotlight","quantity":2}],"pricing":{"rule":"sum"}}""")]
    [Answers(201, typeof(BundleAnswer), Naming.Camel)]
    [Answers(400, "The slug is taken, or a component is missing, contains the bundle itself or has another currency")]
    [Answers(409, "A component is not active")]
    public async Task<IResult> CreateBundleAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/catalog/bundles")] HttpRequest request,
        CancellationToken cancellationToken) => AnswerOf(
            await bundles.CreateAsync(await request.ReadAsync(BundleContent.ReadNew, cancellationToken), cancellationToken), StatusCodes.Status201Created);

    [Function("ChangeBundle")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Change a bundle, by its slug or id", Tag = "Merchandising", Description = "Members that are absent or null stay as they are.")]
    [JsonBody(typeof(BundleContent), nameof(BundleContent.ReadChange), Example = """{"title":"Growth Pack","cmsPriority":10}""")]
    [HeaderParameter("If-Match", Conditions.IfMatch, MaxLength = ExpectedVersion.MaxLength)]
    [Answers(200, typeof(BundleAnswer), Naming.Camel)]
    [Answers(400, "A component is missing, contains the bundle itself or has another currency")]
    [Answers(404, "No such bundle")]
    [Answers(409, "A component is not active")]
    [Answers(412, typeof(StaleBundleAnswer), Naming.Camel, Description = "The bundle has changed since")]
    [Answers(428, "If-Match is missing")]
    public async Task<IResult> ChangeBundleAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "api/v1/catalog/bundles/{bundle}")] HttpRequest request,
        string bundle,
        CancellationToken cancellationToken)
    {
        var content = await request.ReadAsync(BundleContent.ReadChange, cancellationToken);
        if (request.ExpectedVersion() is not { } expected)
        {
            return Answer.From(new IfMatchMissing());
        }

        return await catalog.FindAsync(bundle, ProductChannels.Storefront, cancellationToken) is { Bundle.Id: var id }
            ? AnswerOf(await bundles.ChangeAsync(id, content, expected, cancellationToken), StatusCodes.Status200OK)
            : Answer.From(new BundleNotFound());
    }

    [Function("DeleteBundle")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Delete a bundle, by its slug or id; orders of it stay as they are", Tag = "Merchandising")]
    [HeaderParameter("If-Match", Conditions.IfMatch, MaxLength = ExpectedVersion.MaxLength)]
    [Answers(204, "It is deleted")]
    [Answers(404, "No such bundle")]
    [Answers(409, "It is part of another bundle")]
    [Answers(412, typeof(StaleBundleAnswer), Naming.Camel, Description = "The bundle has changed since")]
    [Answers(428, "If-Match is missing")]
    public async Task<IResult> DeleteBundleAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/v1/catalog/bundles/{bundle}")] HttpRequest request,
        string bundle,
        CancellationToken cancellationToken)
    {
        if (request.ExpectedVersion() is not { } expected)
        {
            return Answer.From(new IfMatchMissing());
        }

        return await catalog.FindAsync(bundle, ProductChannels.Storefront, cancellationToken) is { Bundle.Id: var id }
            ? AnswerOf(await bundles.DeleteAsync(id, expected, cancellationToken), StatusCodes.Status204NoContent)
            : Answer.From(new BundleNotFound());
    }

    private async Task<IResult> ListAsync(HttpRequest request, string? primarySlug, CancellationToken cancellationToken)
    {
        var query = request.ReadQuery(ListBundles.Read);
        if (query.View is not null && !rights.IsOperator(request.HttpContext))
        {
            return Answer.Detail(StatusCodes.Status403Forbidden, "view needs an operator's key; without it, bundles that can be ordered are listed.");
        }

        return Answer.Camel((await catalog.ListAsync(primarySlug, query, cancellationToken)).Select(BundleAnswer.From).ToArray());
    }

    private static IResult AnswerOf(BundleOutcome outcome, int status) => outcome switch
    {
        BundleOutcome.Saved saved => Show(saved.View, status),
        BundleOutcome.Deleted => Answer.Empty(),
        BundleOutcome.Stale stale => StaleBundleAnswer.Answer(BundleAnswer.From(stale.Current)),
        BundleOutcome.Refused refused => Answer.From(refused.Refusal),
        var unknown => throw new InvalidOperationException($"No answer for {unknown}."),
    };

    private static IResult Show(BundleView view, int status) =>
        Answer.Camel(BundleAnswer.From(view), status).WithVersion(view.Bundle.Version);
}

/// <summary>A bundle with what it costs.</summary>
public sealed record BundleAnswer
{
    public required Guid Id { get; init; }

    public required string PrimaryProductSlug { get; init; }

    public required string BundleSlug { get; init; }

    public required string Title { get; init; }

    public required string? Description { get; init; }

    public required string? SavingsCopy { get; init; }

    public required int CmsPriority { get; init; }

    public required IReadOnlyList<BundleComponent> Components { get; init; }

    public required BundlePricing Pricing { get; init; }

    /// <summary>Null when it cannot be ordered in the channel.</summary>
    public required BundlePriceAnswer? Price { get; init; }

    /// <summary>Why it cannot be ordered in the channel; null when it can.</summary>
    public required string? Problem { get; init; }

    public required JsonNode? Metadata { get; init; }

    /// <summary>The ETag without its quotes.</summary>
    public required long Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public static BundleAnswer From(BundleView view) => new()
    {
        Id = view.Bundle.Id,
        PrimaryProductSlug = view.Bundle.PrimaryProductSlug,
        BundleSlug = view.Bundle.BundleSlug,
        Title = view.Bundle.Title,
        Description = view.Bundle.Description,
        SavingsCopy = view.Bundle.SavingsCopy,
        CmsPriority = view.Bundle.CmsPriority,
        Components = BundleComponent.Parse(view.Bundle.Components),
        Pricing = new(view.Bundle.PriceRule, view.Bundle.PriceValue),
        Price = view.Price is { } price ? new(price.ListPrice, price.Price, price.ListPrice - price.Price, price.Currency) : null,
        Problem = view.Problem,
        Metadata = JsonText.Parse(view.Bundle.Metadata),
        Version = view.Bundle.Version,
        CreatedAt = view.Bundle.CreatedAt,
        UpdatedAt = view.Bundle.UpdatedAt,
    };
}

/// <summary>What one bundle costs.</summary>
/// <param name="List">What its components cost by themselves.</param>
/// <param name="Amount">What it costs; an order of it states this price.</param>
/// <param name="Savings">The difference; negative for a bundle that costs more.</param>
public sealed record BundlePriceAnswer(decimal List, decimal Amount, decimal Savings, string Currency);

/// <summary>A write that was based on an older version.</summary>
/// <param name="Current">The bundle as it is now.</param>
public sealed record StaleBundleAnswer(
    string Detail, string Code, [property: JsonPropertyName("trace_id")] string TraceId, BundleAnswer Current)
{
    public static IResult Answer(BundleAnswer current) => Http.Answer.Camel(
        new StaleBundleAnswer(
            "The bundle has changed since you read it; see current, and send the change again with its version.",
            "merchandising.stale",
            ErrorBody.TraceId(),
            current),
        StatusCodes.Status412PreconditionFailed).WithVersion(current.Version);
}
