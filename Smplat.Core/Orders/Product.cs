using Smplat.Core.Platform.Input;

namespace Smplat.Core.Orders;

/// <summary>Something that can be ordered.</summary>
public sealed record Product
{
    public required Guid Id { get; init; }

    public required string Slug { get; init; }

    public required string Title { get; init; }

    public string? Description { get; init; }

    public required string Category { get; init; }

    public decimal BasePrice { get; init; }

    public required string Currency { get; init; }

    /// <summary><c>draft</c>, <c>active</c> or <c>archived</c>.</summary>
    public required string Status { get; init; }

    /// <summary>JSON list of channel names.</summary>
    public required string ChannelEligibility { get; init; }

    /// <summary>JSON object with the tasks to create for an order of this product; null means the standard ones.</summary>
    public string? FulfillmentConfig { get; init; }

    public string? ConfigurationPresets { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}

/// <param name="Status">Only products in this status; null lists all, including drafts.</param>
public sealed record ListProducts(string? Status, int Limit)
{
    public const int MaxLimit = 1000;

    private static readonly string[] Statuses = ["draft", "active", "archived"];

    public static ListProducts Read(Fields fields) =>
        new(fields.Label("status", Statuses), fields.Integer("limit", 1, MaxLimit) ?? MaxLimit);
}

/// <summary>Reads of products, for routes and the command line.</summary>
public sealed class ProductQueries(ProductStore products)
{
    public Task<IReadOnlyList<Product>> ListAsync(ListProducts query, CancellationToken cancellationToken) =>
        products.ListAsync(query.Status, query.Limit, cancellationToken);

    public Task<Product?> FindAsync(string slug, CancellationToken cancellationToken) =>
        products.FindAsync(slug, cancellationToken);
}
