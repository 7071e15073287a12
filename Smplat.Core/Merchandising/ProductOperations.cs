using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Npgsql;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Merchandising;

/// <summary>Who makes a change, for the history.</summary>
/// <param name="Name">As the caller states it, at most <see cref="MaxLength"/> characters; otherwise the name of the caller's key.</param>
/// <param name="RequestId">The trace of the request.</param>
public sealed record Editor(string Name, string? RequestId)
{
    public const int MaxLength = 255;
}

/// <summary>What a product is made of. A new product states all that is required; of a change, what is null stays as it is.</summary>
public sealed partial record ProductContent
{
    public const decimal MaxPrice = 99_999_999.99m;

    private const int MaxObject = 65_536;
    private const int MaxSlug = 150;
    private const string SlugPattern = "^[a-z0-9]+(-[a-z0-9]+)*$";

    private static readonly string[] Currencies = ["EUR", "USD"];

    /// <summary>Only of a new product; it never changes.</summary>
    public string? Slug { get; init; }

    public string? Title { get; init; }

    /// <summary>An empty one removes the description.</summary>
    public string? Description { get; init; }

    public string? Category { get; init; }

    /// <summary>In whole cents.</summary>
    public decimal? BasePrice { get; init; }

    public string? Currency { get; init; }

    public string? Status { get; init; }

    public IReadOnlyList<string>? Channels { get; init; }

    /// <summary>The tasks of an order; an empty object brings back the standard ones.</summary>
    public JsonElement? FulfillmentConfig { get; init; }

    /// <summary>An empty object removes them.</summary>
    public JsonElement? ConfigurationPresets { get; init; }

    /// <summary>Reads a new product.</summary>
    public static ProductContent ReadNew(Fields fields) => ReadOptional(fields, "NewProduct") with
    {
        Slug = ReadSlug(fields, "slug"),
        Title = fields.RequiredText("title", max: 200, isFilled: true),
        Category = fields.RequiredText("category", max: 100, isFilled: true),
        BasePrice = Cents(fields, "basePrice", fields.RequiredNumber("basePrice", 0, MaxPrice)),
        Currency = fields.RequiredLabel("currency", Currencies),
        Status = fields.Label("status", ProductStatus.All) ?? ProductStatus.Draft,
    };

    /// <summary>Reads a change.</summary>
    public static ProductContent ReadChange(Fields fields) => ReadOptional(fields, "ProductPatch") with
    {
        Title = fields.Text("title", 1, 200, isFilled: true),
        Category = fields.Text("category", 1, 100, isFilled: true),
        BasePrice = Cents(fields, "basePrice", fields.Number("basePrice", 0, MaxPrice)),
        Currency = fields.Label("currency", Currencies),
        Status = fields.Label("status", ProductStatus.All),
    };

    /// <param name="name">Of the object in the API document.</param>
    private static ProductContent ReadOptional(Fields fields, string name)
    {
        fields.Called(name);
        return new()
        {
            Description = fields.Text("description", 0, 4000),
            Channels = ProductChannels.Read(fields, "channelEligibility"),
            FulfillmentConfig = ReadObject(fields, "fulfillmentConfig"),
            ConfigurationPresets = ReadObject(fields, "configurationPresets"),
        };
    }

    internal static string ReadSlug(Fields fields, string name)
    {
        var slug = fields.RequiredText(name, max: MaxSlug);
        fields.Describe(name, pattern: SlugPattern);
        if (slug.Length is > 0 and <= MaxSlug && !SlugForm().IsMatch(slug))
        {
            fields.Error(name, "Lower-case letters and digits, in words joined by single hyphens, are expected.", "string_pattern_mismatch");
        }

        return slug;
    }

    /// <summary>An object that is stored, and copied into the history with every change.</summary>
    internal static JsonElement? ReadObject(Fields fields, string name)
    {
        var value = fields.Object(name);
        if (value?.GetRawText().Length > MaxObject)
        {
            fields.Error(name, $"At most {MaxObject} characters of JSON are allowed.", "json_too_long");
        }

        return value;
    }

    /// <summary>An amount with fractions of a cent is refused instead of rounded.</summary>
    internal static decimal? Cents(Fields fields, string name, decimal? amount)
    {
        if (amount is { } given && given != Math.Round(given, 2))
        {
            fields.Error(name, "At most two decimals are allowed.", "decimal_max_places");
        }

        return amount;
    }

    /// <summary>The product with this content in the place of its own.</summary>
    internal Product ApplyTo(Product product) => product with
    {
        Title = Title ?? product.Title,
        Description = Description is null ? product.Description : Description.Length == 0 ? null : Description,
        Category = Category ?? product.Category,
        BasePrice = BasePrice ?? product.BasePrice,
        Currency = Currency ?? product.Currency,
        Status = Status ?? product.Status,
        ChannelEligibility = Channels is null ? product.ChannelEligibility : JsonSerializer.Serialize(Channels),
        FulfillmentConfig = Apply(FulfillmentConfig, product.FulfillmentConfig),
        ConfigurationPresets = Apply(ConfigurationPresets, product.ConfigurationPresets),
    };

    private static string? Apply(JsonElement? given, string? kept) =>
        given is not { } value ? kept : value.EnumerateObject().Any() ? value.GetRawText() : null;

    [GeneratedRegex(SlugPattern)]
    private static partial Regex SlugForm();
}

/// <summary>The outcome of a write.</summary>
public abstract record ProductOutcome
{
    private ProductOutcome()
    {
    }

    /// <param name="Product">As it is now.</param>
    public sealed record Saved(Product Product) : ProductOutcome;

    /// <summary>The product is deleted.</summary>
    public sealed record Deleted : ProductOutcome;

    /// <summary>Somebody else has changed the product since the caller read it.</summary>
    public sealed record Stale(Product Current) : ProductOutcome;

    public sealed record Refused(Refusal Refusal) : ProductOutcome;
}

/// <summary>
/// Writes of products. Each names the version that it is based on, raises the version, and leaves an entry in the history with
/// the states before and after it; all three commit together.
/// </summary>
public sealed class ProductOperations(
    NpgsqlDataSource database,
    ProductStore products,
    ProductAuditStore audit,
    ProductAssetStore assets,
    BundleStore bundles,
    TimeProvider clock,
    ILogger<ProductOperations> logger)
{
    public async Task<ProductOutcome> CreateAsync(ProductContent content, Editor editor, CancellationToken cancellationToken)
    {
        var now = clock.GetStoredNow();
        var product = content.ApplyTo(new()
        {
            Id = Guid.CreateVersion7(now),
            Slug = content.Slug!,
            Title = "",
            Category = "",
            Currency = "EUR",
            Status = ProductStatus.Draft,
            ChannelEligibility = "[]",
            CreatedAt = now,
            UpdatedAt = now,
        });
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await bundles.LockWritesAsync(transaction, cancellationToken);
        if (await bundles.ExistsAsync(product.Slug, transaction, cancellationToken)
            || !await products.InsertAsync(product, transaction, cancellationToken))
        {
            return new ProductOutcome.Refused(new SlugTaken(product.Slug));
        }

        await audit.AddAsync(
            ProductChange.From(product.Id, ProductAction.Created, null, product, editor, now), transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        MerchandisingLog.ProductChanged(logger, product.Slug, ProductAction.Created, product.Version);
        return new ProductOutcome.Saved(product);
    }

    public async Task<ProductOutcome> ChangeAsync(
        Guid id, ProductContent content, ExpectedVersion expected, Editor editor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await products.LockAsync(id, transaction, cancellationToken) is not { } product)
        {
            return new ProductOutcome.Refused(new ProductNotFound());
        }

        if (!expected.Matches(product.Version))
        {
            return new ProductOutcome.Stale(product);
        }

        var changed = content.ApplyTo(product);
        return Snapshots.AreEqual(product, changed)
            ? new ProductOutcome.Saved(product)
            : await SaveAsync(product, changed, ActionOf(product, changed), null, editor, transaction, cancellationToken);
    }

    /// <summary>Brings back what a product was before an entry of its history. Slug and media stay as they are.</summary>
    public async Task<ProductOutcome> RestoreAsync(
        Guid entryId, ExpectedVersion expected, Editor editor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await audit.FindAsync(entryId, transaction, cancellationToken) is not { BeforeSnapshot: { } before, ProductId: { } productId }
            || await products.LockAsync(productId, transaction, cancellationToken) is not { } product)
        {
            return new ProductOutcome.Refused(new NothingToRestore());
        }

        if (!expected.Matches(product.Version))
        {
            return new ProductOutcome.Stale(product);
        }

        var metadata = JsonSerializer.Serialize(new { restored_from = entryId });
        return await SaveAsync(
            product, Snapshots.Apply(before, product), ProductAction.Restored, metadata, editor, transaction, cancellationToken);
    }

    /// <summary>Deletes a product that was never ordered and is in no bundle; its media go with it, its history stays.</summary>
    public async Task<ProductOutcome> DeleteAsync(
        Guid id, ExpectedVersion expected, Editor editor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await bundles.LockWritesAsync(transaction, cancellationToken);
        if (await products.LockAsync(id, transaction, cancellationToken) is not { } product)
        {
            return new ProductOutcome.Refused(new ProductNotFound());
        }

        if (!expected.Matches(product.Version))
        {
            return new ProductOutcome.Stale(product);
        }

        if (await products.IsOrderedAsync(id, transaction, cancellationToken))
        {
            return new ProductOutcome.Refused(new ProductIsOrdered(product.Slug));
        }

        if (await bundles.ListUsersAsync(product.Slug, transaction, cancellationToken) is { Count: > 0 } users)
        {
            return new ProductOutcome.Refused(new ComponentInUse(product.Slug, users));
        }

        var now = clock.GetStoredNow();
        await assets.DeleteAllAsync(id, now, transaction, cancellationToken);
        await audit.AddAsync(ProductChange.From(id, ProductAction.Deleted, product, null, editor, now), transaction, cancellationToken);
        await products.DeleteAsync(id, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        MerchandisingLog.ProductChanged(logger, product.Slug, ProductAction.Deleted, product.Version);
        return new ProductOutcome.Deleted();
    }

    /// <summary>The history of a product, newest first; also of a deleted one. Null for a product that never was.</summary>
    public async Task<IReadOnlyList<ProductChange>?> ListChangesAsync(Guid id, int limit, CancellationToken cancellationToken) =>
        await audit.ListAsync(id, limit, cancellationToken) is { Count: > 0 } changes ? changes
        : (await products.ListByIdsAsync([id], cancellationToken)).Count > 0 ? []
        : null;

    private async Task<ProductOutcome> SaveAsync(
        Product before,
        Product after,
        string action,
        string? metadata,
        Editor editor,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        var now = clock.GetStoredNow();
        var saved = after with { Version = before.Version + 1, UpdatedAt = now };
        await products.UpdateAsync(saved, transaction, cancellationToken);
        await audit.AddAsync(
            ProductChange.From(saved.Id, action, before, saved, editor, now) with { Metadata = metadata ?? "{}" }, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        MerchandisingLog.ProductChanged(logger, saved.Slug, action, saved.Version);
        return new ProductOutcome.Saved(saved);
    }

    private static string ActionOf(Product before, Product after) =>
        Snapshots.AreEqual(
            before with { FulfillmentConfig = null, ConfigurationPresets = null },
            after with { FulfillmentConfig = null, ConfigurationPresets = null })
            ? ProductAction.ConfigurationUpdated
            : ProductAction.Updated;
}

/// <summary>The kinds of entries in the history.</summary>
internal static class ProductAction
{
    public const string Created = "created";
    public const string Updated = "updated";
    public const string Deleted = "deleted";
    public const string Restored = "restored";
    public const string ConfigurationUpdated = "configuration_updated";
    public const string AssetAdded = "asset_added";
    public const string AssetRemoved = "asset_removed";
}

/// <summary>
/// All that operators can change of a product, as JSON for the history. Every entry holds the whole state, so restoring any of
/// them, also one about media, brings back a whole product.
/// </summary>
internal static class Snapshots
{
    public static string From(Product product) => new JsonObject
    {
        ["slug"] = product.Slug,
        ["title"] = product.Title,
        ["description"] = product.Description,
        ["category"] = product.Category,
        ["base_price"] = product.BasePrice,
        ["currency"] = product.Currency,
        ["status"] = product.Status,
        ["channel_eligibility"] = JsonNode.Parse(product.ChannelEligibility),
        ["fulfillment_config"] = Parse(product.FulfillmentConfig),
        ["configuration_presets"] = Parse(product.ConfigurationPresets),
    }.ToJsonString();

    public static Product Apply(string snapshot, Product product)
    {
        var state = JsonNode.Parse(snapshot)!.AsObject();
        return product with
        {
            Title = state["title"]!.GetValue<string>(),
            Description = state["description"]?.GetValue<string>(),
            Category = state["category"]!.GetValue<string>(),
            BasePrice = state["base_price"]!.GetValue<decimal>(),
            Currency = state["currency"]!.GetValue<string>(),
            Status = state["status"]!.GetValue<string>(),
            ChannelEligibility = state["channel_eligibility"]!.ToJsonString(),
            FulfillmentConfig = state["fulfillment_config"]?.ToJsonString(),
            ConfigurationPresets = state["configuration_presets"]?.ToJsonString(),
        };
    }

    /// <summary>Equal in meaning: the database spells JSON in its own way.</summary>
    public static bool AreEqual(Product one, Product other) =>
        JsonNode.DeepEquals(JsonNode.Parse(From(one)), JsonNode.Parse(From(other)));

    private static JsonNode? Parse(string? json) => json is null ? null : JsonNode.Parse(json);
}

internal sealed record SlugTaken(string Slug) : Invalid(
    "merchandising.slug_taken", $"The slug {Slug} is taken by a product or a bundle; slugs are unique and never change.");

internal sealed record ProductIsOrdered(string Slug) : Conflict(
    "merchandising.product_is_ordered", $"Product {Slug} was ordered, and its orders refer to it. Archive it instead: set its status to archived.");

internal sealed record ComponentInUse(string Slug, IReadOnlyList<string> Bundles) : Conflict(
    "merchandising.component_in_use", $"{Slug} is a component of {string.Join(", ", Bundles)}; take it out there first.");

internal sealed record NothingToRestore() : NotFound(
    "merchandising.nothing_to_restore", "No such entry, or it has no earlier state, or its product is deleted.");
