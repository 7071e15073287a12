using System.Text.Json.Nodes;
using Smplat.Core.Orders;

namespace Smplat.Functions.Orders;

/// <summary>A product in the list.</summary>
public sealed record ProductAnswer(
    Guid Id,
    string Slug,
    string Title,
    string? Description,
    string Category,
    decimal BasePrice,
    string Currency,
    string Status,
    JsonNode? ChannelEligibility,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static ProductAnswer From(Product product) => new(
        product.Id,
        product.Slug,
        product.Title,
        product.Description,
        product.Category,
        product.BasePrice,
        product.Currency,
        product.Status,
        OrderItem.Parse(product.ChannelEligibility),
        product.CreatedAt,
        product.UpdatedAt);
}

/// <summary>A product by itself.</summary>
public sealed record ProductDetailAnswer(
    Guid Id,
    string Slug,
    string Title,
    string? Description,
    string Category,
    decimal BasePrice,
    string Currency,
    string Status,
    JsonNode? ChannelEligibility,
    JsonNode? ConfigurationPresets,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static ProductDetailAnswer From(Product product) => new(
        product.Id,
        product.Slug,
        product.Title,
        product.Description,
        product.Category,
        product.BasePrice,
        product.Currency,
        product.Status,
        OrderItem.Parse(product.ChannelEligibility),
        OrderItem.Parse(product.ConfigurationPresets),
        product.CreatedAt,
        product.UpdatedAt);
}
