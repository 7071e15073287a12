using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Orders;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>The products that can be ordered.</summary>
public sealed class ProductFunctions(ProductQueries catalog)
{
    [Function("ListProducts")]
    [OpenToAll("The storefront shows the products to everyone.")]
    [RateLimit(RateCategory.Standard)]
    [Operation("Products, oldest first", Tag = "Orders")]
    [Query(typeof(ListProducts))]
    [QueryParameter("status", "draft, active or archived; defaults to all")]
    [QueryParameter("limit", "1 to 1000, default 1000")]
    [Answers(200, typeof(ProductAnswer[]), Naming.Camel)]
    public async Task<IResult> ListProductsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/products")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var products = await catalog.ListAsync(request.ReadQuery(ListProducts.Read), cancellationToken);
        return Answer.Camel(products.Select(ProductAnswer.From).ToArray());
    }

    [Function("GetProduct")]
    [OpenToAll("The storefront shows the products to everyone.")]
    [RateLimit(RateCategory.Standard)]
    [Operation("A product by its slug", Tag = "Orders")]
    [Answers(200, typeof(ProductDetailAnswer), Naming.Camel)]
    [Answers(404, "No product has this slug")]
    public async Task<IResult> GetProductAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/products/{slug}")] HttpRequest request,
        string slug,
        CancellationToken cancellationToken) =>
        await catalog.FindAsync(slug, cancellationToken) is { } product
            ? Answer.Camel(ProductDetailAnswer.From(product))
            : Answer.From(new ProductNotFound());
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

    public required JsonNode? ChannelEligibility { get; init; }

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
        ChannelEligibility = OrderItem.Parse(product.ChannelEligibility),
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

    public required JsonNode? ChannelEligibility { get; init; }

    public required JsonNode? ConfigurationPresets { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public static ProductDetailAnswer From(Product product) => new()
    {
        Id = product.Id,
        Slug = product.Slug,
        Title = product.Title,
        Description = product.Description,
        Category = product.Category,
        BasePrice = product.BasePrice,
        Currency = product.Currency,
        Status = product.Status,
        ChannelEligibility = OrderItem.Parse(product.ChannelEligibility),
        ConfigurationPresets = OrderItem.Parse(product.ConfigurationPresets),
        CreatedAt = product.CreatedAt,
        UpdatedAt = product.UpdatedAt,
    };
}
