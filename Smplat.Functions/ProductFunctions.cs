using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Merchandising;
using Smplat.Core.Platform.Input;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>The products that can be ordered: reading them, and writing them for operators.</summary>
public sealed class ProductFunctions(ProductQueries catalog, ProductOperations products, ProductAssets assets, CallerRights rights)
{
    [Function("ListProducts")]
    [OpenToAll("The storefront shows the products to everyone; drafts and archived ones need an operator's key.", RefuseWrongKey = true)]
    [RateLimit(RateCategory.Standard)]
    [Operation("Products of a channel, oldest first", Tag = "Merchandising")]
    [Query(typeof(ListProducts))]
    [QueryParameter("status", "draft, active, archived or any; needs an operator's key. Without it: active products")]
    [QueryParameter("channel", "Only products of this channel; defaults to storefront, or to all with a status")]
    [QueryParameter("after", "The id of the last product of the page before")]
    [QueryParameter("limit", "1 to 1000, default 1000")]
    [Answers(200, typeof(ProductAnswer[]), Naming.Camel)]
    [Answers(403, "A status was asked for without an operator's key")]
    public async Task<IResult> ListProductsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/products")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var query = request.ReadQuery(ListProducts.Read);
        if (query.Status is not null && !rights.IsOperator(request.HttpContext))
        {
            return Answer.Detail(StatusCodes.Status403Forbidden, "status needs an operator's key; without it, active products are listed.");
        }

        return Answer.Camel((await catalog.ListAsync(query, cancellationToken)).Select(ProductAnswer.From).ToArray());
    }

    [Function("GetProduct")]
    [OpenToAll("The storefront shows the products to everyone; drafts and archived ones need an operator's key.", RefuseWrongKey = true)]
    [RateLimit(RateCategory.Standard)]
    [Operation("A product by its slug or id", Tag = "Merchandising", Description = "An operator's key shows every product, in every channel.")]
    [Query(typeof(InChannel))]
    [QueryParameter("channel", "The channel in which it must be available; defaults to storefront")]
    [Answers(200, typeof(ProductDetailAnswer), Naming.Camel)]
    [Answers(404, "No such product is available in the channel")]
    public async Task<IResult> GetProductAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/products/{product}")] HttpRequest request,
        string product,
        CancellationToken cancellationToken)
    {
        var channel = request.ReadQuery(InChannel.Read).Channel;
        var found = channel is null && rights.IsOperator(request.HttpContext)
            ? await catalog.FindAsync(product, cancellationToken)
            : await catalog.FindAvailableAsync(product, channel ?? ProductChannels.Storefront, cancellationToken);
        return found is null ? Answer.From(new ProductNotFound()) : await DetailAsync(found, StatusCodes.Status200OK, cancellationToken);
    }

    [Function("CreateProduct")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Create a product", Tag = "Merchandising", Description = "A new product is a draft in no channel unless the body says otherwise.")]
    [JsonBody(typeof(ProductContent), nameof(ProductContent.ReadNew), Example =
        """{"slug":"story-kit","title":"Story Kit","category":"content","basePrice":49.90,"currency":"EUR","channelEligibility":["storefront"]}""")]
    [HeaderParameter("X-Actor", Conditions.Actor, MaxLength = Editor.MaxLength)]
    [Answers(201, typeof(ProductDetailAnswer), Naming.Camel)]
    [Answers(400, "The slug is taken")]
    public async Task<IResult> CreateProductAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/products")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var content = await request.ReadAsync(ProductContent.ReadNew, cancellationToken);
        var outcome = await products.CreateAsync(content, request.Editor(), cancellationToken);
        return await AnswerAsync(outcome, StatusCodes.Status201Created, cancellationToken);
    }

    [Function("ChangeProduct")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Change a product, by its slug or id", Tag = "Merchandising", Description = "Members that are absent or null stay as they are.")]
    [JsonBody(typeof(ProductContent), nameof(ProductContent.ReadChange), Example = """{"status":"active","channelEligibility":["storefront","loyalty"]}""")]
    [HeaderParameter("If-Match", Conditions.IfMatch, MaxLength = ExpectedVersion.MaxLength)]
    [HeaderParameter("X-Actor", Conditions.Actor, MaxLength = Editor.MaxLength)]
    [Answers(200, typeof(ProductDetailAnswer), Naming.Camel)]
    [Answers(404, "No such product")]
    [Answers(412, typeof(StaleProductAnswer), Naming.Camel, Description = "The product has changed since")]
    [Answers(428, "If-Match is missing")]
    public async Task<IResult> ChangeProductAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "api/v1/products/{product}")] HttpRequest request,
        string product,
        CancellationToken cancellationToken)
    {
        var content = await request.ReadAsync(ProductContent.ReadChange, cancellationToken);
        if (request.ExpectedVersion() is not { } expected)
        {
            return Answer.From(new IfMatchMissing());
        }

        return await catalog.FindAsync(product, cancellationToken) is { Id: var id }
            ? await AnswerAsync(
                await products.ChangeAsync(id, content, expected, request.Editor(), cancellationToken), StatusCodes.Status200OK, cancellationToken)
            : Answer.From(new ProductNotFound());
    }

    [Function("DeleteProduct")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Delete a product that was never ordered, by its slug or id", Tag = "Merchandising")]
    [HeaderParameter("If-Match", Conditions.IfMatch, MaxLength = ExpectedVersion.MaxLength)]
    [HeaderParameter("X-Actor", Conditions.Actor, MaxLength = Editor.MaxLength)]
    [Answers(204, "It is deleted")]
    [Answers(404, "No such product")]
    [Answers(409, "It was ordered, or is part of a bundle")]
    [Answers(412, typeof(StaleProductAnswer), Naming.Camel, Description = "The product has changed since")]
    [Answers(428, "If-Match is missing")]
    public async Task<IResult> DeleteProductAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/v1/products/{product}")] HttpRequest request,
        string product,
        CancellationToken cancellationToken)
    {
        if (request.ExpectedVersion() is not { } expected)
        {
            return Answer.From(new IfMatchMissing());
        }

        return await catalog.FindAsync(product, cancellationToken) is { Id: var id }
            ? await AnswerAsync(
                await products.DeleteAsync(id, expected, request.Editor(), cancellationToken), StatusCodes.Status204NoContent, cancellationToken)
            : Answer.From(new ProductNotFound());
    }

    [Function("ListProductChanges")]
    [RequireKey(KeyScope.Operator)]
    [Operation("The history of a product, newest first", Tag = "Merchandising")]
    [Query(typeof(ListChanges))]
    [QueryParameter("limit", "1 to 500, default 100")]
    [Answers(200, typeof(ProductChangeAnswer[]), Naming.Camel)]
    [Answers(404, "No such product")]
    public async Task<IResult> ListProductChangesAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/products/{productId}/audit")] HttpRequest request,
        string productId,
        CancellationToken cancellationToken) =>
        await products.ListChangesAsync(RouteInput.Guid(productId, "product_id"), request.ReadQuery(ListChanges.Read).Limit, cancellationToken) is { } changes
            ? Answer.Camel(changes.Select(ProductChangeAnswer.From).ToArray())
            : Answer.From(new ProductNotFound());

    [Function("RestoreProduct")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Bring back what a product was before an entry of its history", Tag = "Merchandising")]
    [HeaderParameter("If-Match", Conditions.IfMatch, MaxLength = ExpectedVersion.MaxLength)]
    [HeaderParameter("X-Actor", Conditions.Actor, MaxLength = Editor.MaxLength)]
    [Answers(200, typeof(ProductDetailAnswer), Naming.Camel)]
    [Answers(404, "No such entry, or nothing was before it, or the product is deleted")]
    [Answers(412, typeof(StaleProductAnswer), Naming.Camel, Description = "The product has changed since")]
    [Answers(428, "If-Match is missing")]
    public async Task<IResult> RestoreProductAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/products/audit/{logId}/restore")] HttpRequest request,
        string logId,
        CancellationToken cancellationToken)
    {
        var id = RouteInput.Guid(logId, "log_id");
        return request.ExpectedVersion() is { } expected
            ? await AnswerAsync(
                await products.RestoreAsync(id, expected, request.Editor(), cancellationToken), StatusCodes.Status200OK, cancellationToken)
            : Answer.From(new IfMatchMissing());
    }

    private async Task<IResult> AnswerAsync(ProductOutcome outcome, int status, CancellationToken cancellationToken) => outcome switch
    {
        ProductOutcome.Saved saved => await DetailAsync(saved.Product, status, cancellationToken),
        ProductOutcome.Deleted => Answer.Empty(),
        ProductOutcome.Stale stale => StaleProductAnswer.Answer(
            ProductDetailAnswer.From(stale.Current, await assets.ListAsync(stale.Current.Id, cancellationToken))),
        ProductOutcome.Refused refused => Answer.From(refused.Refusal),
        var unknown => throw new InvalidOperationException($"No answer for {unknown}."),
    };

    private async Task<IResult> DetailAsync(Product product, int status, CancellationToken cancellationToken) =>
        Answer.Camel(ProductDetailAnswer.From(product, await assets.ListAsync(product.Id, cancellationToken)), status).WithVersion(product.Version);
}

/// <param name="Limit">1 to 500, default 100.</param>
public sealed record ListChanges(int Limit)
{
    public static ListChanges Read(Fields fields) => new(fields.Integer("limit", 1, 500) ?? 100);
}

/// <summary>A product in the list.</summary>
public sealed record ProductAnswer
{
    public required Guid Id { get; init; }

    public required string Slug { get; init; }

    public required string Title { get; init; }

    public required string? Description { get; init; }

    public required string Category { get; init; }

    public required decimal BasePrice { get; init; }

    public required string Currency { get; init; }

    public required string Status { get; init; }

    public required IReadOnlyList<string> ChannelEligibility { get; init; }

    public required long Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public static ProductAnswer From(Product product) => new()
    {
        Id = product.Id,
        Slug = product.Slug,
        Title = product.Title,
        Description = product.Description,
        Category = product.Category,
        BasePrice = product.BasePrice,
        Currency = product.Currency,
        Status = product.Status,
        ChannelEligibility = ProductChannels.Parse(product.ChannelEligibility),
        Version = product.Version,
        CreatedAt = product.CreatedAt,
        UpdatedAt = product.UpdatedAt,
    };
}

/// <summary>A product by itself.</summary>
public sealed record ProductDetailAnswer
{
    public required Guid Id { get; init; }

    public required string Slug { get; init; }

    public required string Title { get; init; }

    public required string? Description { get; init; }

    public required string Category { get; init; }

    public required decimal BasePrice { get; init; }

    public required string Currency { get; init; }

    public required string Status { get; init; }

    public required IReadOnlyList<string> ChannelEligibility { get; init; }

    public required JsonNode? ConfigurationPresets { get; init; }

    /// <summary>In their display order.</summary>
    public required IReadOnlyList<AssetAnswer> MediaAssets { get; init; }

    /// <summary>The ETag without its quotes.</summary>
    public required long Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public static ProductDetailAnswer From(Product product, IReadOnlyList<ProductAsset> assets) => new()
    {
        Id = product.Id,
        Slug = product.Slug,
        Title = product.Title,
        Description = product.Description,
        Category = product.Category,
        BasePrice = product.BasePrice,
        Currency = product.Currency,
        Status = product.Status,
        ChannelEligibility = ProductChannels.Parse(product.ChannelEligibility),
        ConfigurationPresets = JsonText.Parse(product.ConfigurationPresets),
        MediaAssets = [.. assets.Select(AssetAnswer.From)],
        Version = product.Version,
        CreatedAt = product.CreatedAt,
        UpdatedAt = product.UpdatedAt,
    };
}

/// <summary>An entry of a product's history.</summary>
public sealed record ProductChangeAnswer
{
    public required Guid Id { get; init; }

    public required string Action { get; init; }

    public required string ActorEmail { get; init; }

    public required string? RequestId { get; init; }

    public required JsonNode? BeforeSnapshot { get; init; }

    public required JsonNode? AfterSnapshot { get; init; }

    public required JsonNode? Metadata { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public static ProductChangeAnswer From(ProductChange change) => new()
    {
        Id = change.Id,
        Action = change.Action,
        ActorEmail = change.ActorEmail,
        RequestId = change.RequestId,
        BeforeSnapshot = JsonText.Parse(change.BeforeSnapshot),
        AfterSnapshot = JsonText.Parse(change.AfterSnapshot),
        Metadata = JsonText.Parse(change.Metadata),
        CreatedAt = change.CreatedAt,
    };
}

/// <summary>A write that was based on an older version.</summary>
/// <param name="Current">The product as it is now.</param>
public sealed record StaleProductAnswer(
    string Detail, string Code, [property: JsonPropertyName("trace_id")] string TraceId, ProductDetailAnswer Current)
{
    public static IResult Answer(ProductDetailAnswer current) => Http.Answer.Camel(
        new StaleProductAnswer(
            "The product has changed since you read it; see current, and send the change again with its version.",
            "merchandising.stale",
            ErrorBody.TraceId(),
            current),
        StatusCodes.Status412PreconditionFailed).WithVersion(current.Version);
}

internal static class JsonText
{
    public static JsonNode? Parse(string? json) => json is null ? null : JsonNode.Parse(json);
}
