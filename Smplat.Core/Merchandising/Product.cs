using System.Text.Json;
using System.Text.RegularExpressions;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Merchandising;

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

    /// <summary>One of <see cref="ProductStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>JSON list of channel names.</summary>
    public required string ChannelEligibility { get; init; }

    /// <summary>JSON object with the tasks to create for an order of this product; null means the standard ones.</summary>
    public string? FulfillmentConfig { get; init; }

    public string? ConfigurationPresets { get; init; }

    /// <summary>Rises with every write of the product or of its media.</summary>
    public long Version { get; init; } = 1;

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Shown and orderable in the channel.</summary>
    public bool IsAvailableIn(string channel) =>
        Status == ProductStatus.Active && ProductChannels.Parse(ChannelEligibility).Contains(channel);
}

/// <summary>The states of a product; only an active one can be ordered.</summary>
public static class ProductStatus
{
    public const string Draft = "draft";
    public const string Active = "active";
    public const string Archived = "archived";

    public static readonly IReadOnlyList<string> All = [Draft, Active, Archived];
}

/// <summary>Channels: where a product may be shown and ordered. Any name is allowed; the console offers four.</summary>
public static partial class ProductChannels
{
    /// <summary>The channel of callers that name none.</summary>
    public const string Storefront = "storefront";

    public const int MaxLength = 50;

    private const int MaxCount = 20;
    private const string Pattern = "^[a-z0-9][a-z0-9_-]*$";

    public static IReadOnlyList<string> Parse(string json) => JsonSerializer.Deserialize<string[]>(json) ?? [];

    /// <summary>A list of channels: trimmed, in lower case and each once. Null when the member is absent.</summary>
    public static IReadOnlyList<string>? Read(Fields fields, string name)
    {
        string[] channels = [.. fields.Texts(name, MaxCount, MaxLength).Select(Normalize).Distinct()];
        foreach (var wrong in channels.Where(channel => !Name().IsMatch(channel)))
        {
            fields.Error(name, $"\"{wrong}\" is not a channel: letters, digits, _ and - are allowed.", "string_pattern_mismatch");
        }

        return fields.Has(name) ? channels : null;
    }

    /// <summary>One channel; null when the member is absent.</summary>
    public static string? ReadOne(Fields fields, string name)
    {
        if (fields.Text(name, 1, MaxLength) is not { } given)
        {
            return null;
        }

        var channel = Normalize(given);
        if (given.Length is > 0 and <= MaxLength && !Name().IsMatch(channel))
        {
            fields.Error(name, "Letters, digits, _ and - are allowed.", "string_pattern_mismatch");
        }

        return channel;
    }

    private static string Normalize(string channel) => channel.Trim().ToLowerInvariant();

    [GeneratedRegex(Pattern)]
    private static partial Regex Name();
}

/// <summary>Which products to list.</summary>
public sealed record ListProducts
{
    public const int MaxLimit = 1000;

    /// <summary>Products in every status.</summary>
    public const string AnyStatus = "any";

    private static readonly string[] Statuses = [.. ProductStatus.All, AnyStatus];

    /// <summary>
    /// Null lists what shoppers may see: active products of the channel. A status, or <see cref="AnyStatus"/>, is for operators.
    /// </summary>
    public string? Status { get; init; }

    /// <summary>Only products of this channel. Shoppers who name none see the storefront's.</summary>
    public string? Channel { get; init; }

    /// <summary>The id of the last product of the page before.</summary>
    public Guid? After { get; init; }

    public int Limit { get; init; } = MaxLimit;

    public static ListProducts Read(Fields fields) => new()
    {
        Status = fields.Label("status", Statuses),
        Channel = ProductChannels.ReadOne(fields, "channel"),
        After = fields.Guid("after"),
        Limit = fields.Integer("limit", 1, MaxLimit) ?? MaxLimit,
    };
}

/// <summary>Which view of a single product or bundle is wanted.</summary>
/// <param name="Channel">Null means the storefront.</param>
public sealed record InChannel(string? Channel)
{
    public static InChannel Read(Fields fields) => new(ProductChannels.ReadOne(fields, "channel"));
}

/// <summary>Reads of products, for routes, the command line and other features.</summary>
public sealed class ProductQueries(ProductStore products)
{
    public Task<IReadOnlyList<Product>> ListAsync(ListProducts query, CancellationToken cancellationToken) =>
        query.Status is null
            ? products.ListAsync(ProductStatus.Active, query.Channel ?? ProductChannels.Storefront, query.After, query.Limit, cancellationToken)
            : products.ListAsync(
                query.Status == ListProducts.AnyStatus ? null : query.Status, query.Channel, query.After, query.Limit, cancellationToken);

    /// <param name="slugOrId">Its slug, or its id.</param>
    public async Task<Product?> FindAsync(string slugOrId, CancellationToken cancellationToken) =>
        Guid.TryParse(slugOrId, out var id) && await products.ListByIdsAsync([id], cancellationToken) is [var found]
            ? found
            : await products.FindAsync(slugOrId, cancellationToken);

    /// <summary>The product as shoppers of a channel see it; null also for one that they may not see.</summary>
    public async Task<Product?> FindAvailableAsync(string slugOrId, string channel, CancellationToken cancellationToken) =>
        await FindAsync(slugOrId, cancellationToken) is { } product && product.IsAvailableIn(channel) ? product : null;

    public Task<IReadOnlyList<Product>> ListByIdsAsync(Guid[] ids, CancellationToken cancellationToken) =>
        products.ListByIdsAsync(ids, cancellationToken);
}

public sealed record ProductNotFound() : NotFound("orders.product_not_found", "Product not found");

internal sealed record ProductNotAvailable(string Slug, string Channel) : Conflict(
    "orders.product_not_available", $"Product {Slug} cannot be ordered in channel {Channel}: it is not active there.");
