using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Npgsql;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Merchandising;

/// <summary>What a bundle is made of. A new bundle states all that is required; of a change, what is null stays as it is.</summary>
public sealed record BundleContent
{
    private const int MaxPriority = 1_000;

    /// <summary>Only of a new bundle; it never changes.</summary>
    public string? PrimaryProductSlug { get; init; }

    /// <summary>Only of a new bundle; it never changes.</summary>
    public string? BundleSlug { get; init; }

    public string? Title { get; init; }

    /// <summary>An empty one removes the description.</summary>
    public string? Description { get; init; }

    /// <summary>An empty one removes the copy.</summary>
    public string? SavingsCopy { get; init; }

    public int? CmsPriority { get; init; }

    public IReadOnlyList<BundleComponent>? Components { get; init; }

    public BundlePricing? Pricing { get; init; }

    public JsonElement? Metadata { get; init; }

    /// <summary>Reads a new bundle.</summary>
    public static BundleContent ReadNew(Fields fields) => ReadOptional(fields, "NewBundle") with
    {
        PrimaryProductSlug = ProductContent.ReadSlug(fields, "primaryProductSlug"),
        BundleSlug = ProductContent.ReadSlug(fields, "bundleSlug"),
        Title = fields.RequiredText("title", max: 200, isFilled: true),
        Components = ReadComponents(fields, 1),
    };

    /// <summary>Reads a change.</summary>
    public static BundleContent ReadChange(Fields fields) => ReadOptional(fields, "BundlePatch") with
    {
        Title = fields.Text("title", 1, 200, isFilled: true),
        Components = ReadComponents(fields, 0),
    };

    /// <param name="name">Of the object in the API document.</param>
    private static BundleContent ReadOptional(Fields fields, string name)
    {
        fields.Called(name);
        return new()
        {
            Description = fields.Text("description", 0, 4000),
            SavingsCopy = fields.Text("savingsCopy", 0, 300),
            CmsPriority = fields.Integer("cmsPriority", 0, MaxPriority),
            Pricing = BundlePricing.Read(fields),
            Metadata = ProductContent.ReadObject(fields, "metadata"),
        };
    }

    private static BundleComponent[]? ReadComponents(Fields fields, int minCount)
    {
        BundleComponent[] components = [.. fields.List("components", BundleComponent.MaxCount, minCount).Select(BundleComponent.Read)];
        if (components.GroupBy(component => component.Slug).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            fields.Error("components", $"{twice.Key} is named twice; raise its quantity instead.");
        }

        return fields.Has("components") ? components : null;
    }

    internal Bundle ApplyTo(Bundle bundle) => bundle with
    {
        Title = Title ?? bundle.Title,
        Description = Text(Description, bundle.Description),
        SavingsCopy = Text(SavingsCopy, bundle.SavingsCopy),
        CmsPriority = CmsPriority ?? bundle.CmsPriority,
        Components = Components is null ? bundle.Components : BundleComponent.ToJson(Components),
        PriceRule = Pricing?.Rule ?? bundle.PriceRule,
        PriceValue = Pricing is null ? bundle.PriceValue : Pricing.Value,
        Metadata = Metadata?.GetRawText() ?? bundle.Metadata,
    };

    private static string? Text(string? given, string? kept) => given is null ? kept : given.Length == 0 ? null : given;
}

/// <param name="Rule">One of <see cref="PriceRule"/>.</param>
/// <param name="Value">An amount, or a percentage; null for <c>sum</c>.</param>
public sealed record BundlePricing(string Rule, decimal? Value)
{
    internal static BundlePricing? Read(Fields fields)
    {
        if (fields.Nested("pricing") is not { } pricing)
        {
            return null;
        }

        pricing.Called("BundlePricing");
        var rule = pricing.RequiredLabel("rule", PriceRule.All);
        var value = ProductContent.Cents(pricing, "value", pricing.Number("value", 0, ProductContent.MaxPrice));
        pricing.Describe("value", "The price (fixed), the amount (amount_off) or the percentage (percent_off); none for sum");
        if (rule is PriceRule.Fixed or PriceRule.AmountOff or PriceRule.PercentOff && value is null && !pricing.Has("value"))
        {
            pricing.Error("value", $"The rule {rule} needs a value.", "missing");
        }
        else if (rule == PriceRule.PercentOff && value > 100)
        {
            pricing.Error("value", "A percentage is at most 100.", "less_than_equal");
        }

        return new(rule, rule == PriceRule.Sum ? null : value);
    }
}

/// <summary>What editors say about a bundle in recommendations; what is null is the bundle's own.</summary>
/// <param name="Priority">0 to 200; the lower, the earlier it is offered.</param>
public sealed record BundleOverride(
    string BundleSlug, string? Title, string? Description, string? SavingsCopy, int? Priority, string? Campaign, IReadOnlyList<string> Tags)
{
    private const string Member = "cms_override";

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static BundleOverride Read(Fields fields) => new(
        fields.RequiredText("bundle_slug", max: 150),
        fields.Text("title", 1, 200),
        fields.Text("description", 1, 4000),
        fields.Text("savings_copy", 1, 300),
        fields.Integer("priority", 0, 200),
        fields.Text("campaign", 1, 120),
        fields.Texts("tags", 20, 50));

    internal static BundleOverride? Of(string metadata) =>
        JsonNode.Parse(metadata)?[Member] is JsonObject given ? given.Deserialize<BundleOverride>(Options) : null;

    internal string AddTo(string metadata)
    {
        var members = JsonNode.Parse(metadata)!.AsObject();
        members[Member] = JsonSerializer.SerializeToNode(this, Options);
        return members.ToJsonString();
    }
}

/// <summary>A bundle with what it costs in a channel.</summary>
/// <param name="Price">Null when it cannot be ordered there.</param>
/// <param name="Problem">Why it cannot be ordered there; null when it can.</param>
public sealed record BundleView(Bundle Bundle, BundlePrice? Price, string? Problem);

/// <summary>The outcome of a write.</summary>
public abstract record BundleOutcome
{
    private BundleOutcome()
    {
    }

    /// <param name="View">As it is now, in the storefront.</param>
    public sealed record Saved(BundleView View) : BundleOutcome;

    public sealed record Deleted : BundleOutcome;

    /// <summary>Somebody else has changed the bundle since the caller read it.</summary>
    public sealed record Stale(BundleView Current) : BundleOutcome;

    public sealed record Refused(Refusal Refusal) : BundleOutcome;
}

/// <summary>Which bundles to list.</summary>
/// <param name="Channel">Null means the storefront.</param>
/// <param name="View"><see cref="All"/> lists bundles that cannot be ordered too, for operators; null lists what shoppers may see.</param>
public sealed record ListBundles(string? Channel, string? View)
{
    public const string All = "all";

    internal const int Limit = 1_000;

    private static readonly string[] Views = [All];

    public static ListBundles Read(Fields fields) => new(ProductChannels.ReadOne(fields, "channel"), fields.Label("view", Views));
}

/// <summary>Reads of bundles with their prices.</summary>
public sealed class BundleQueries(NpgsqlDataSource database, BundleStore bundles, ProductStore products)
{
    /// <param name="primarySlug">Only the bundles of this product; null lists all.</param>
    public async Task<IReadOnlyList<BundleView>> ListAsync(string? primarySlug, ListBundles query, CancellationToken cancellationToken)
    {
        var views = await ViewAsync(
            await bundles.ListAsync(primarySlug, ListBundles.Limit, cancellationToken), query.Channel ?? ProductChannels.Storefront, cancellationToken);
        return query.View == ListBundles.All ? views : [.. views.Where(view => view.Problem is null)];
    }

    /// <param name="slugOrId">Its slug, or its id.</param>
    public async Task<BundleView?> FindAsync(string slugOrId, string channel, CancellationToken cancellationToken) =>
        await bundles.FindAsync(slugOrId, Guid.TryParse(slugOrId, out var id) ? id : null, cancellationToken) is { } bundle ? (await ViewAsync([bundle], channel, cancellationToken))[0] : null;

    /// <summary>The bundles beside a product that can be ordered in the storefront, with the slugs of all their products.</summary>
    internal async Task<IReadOnlyDictionary<Bundle, IReadOnlyList<string>>> ListPartsAsync(string primarySlug, CancellationToken cancellationToken)
    {
        var found = await ResolveAsync(
            await bundles.ListAsync(primarySlug, ListBundles.Limit, cancellationToken), ProductChannels.Storefront, cancellationToken);
        return found.Where(entry => entry.Tree is not null).ToDictionary(
            entry => entry.Bundle, entry => (IReadOnlyList<string>)[.. entry.Tree!.Expand(1)!.Select(part => part.Product.Slug)]);
    }

    internal async Task<IReadOnlyList<BundleView>> ViewAsync(
        IReadOnlyList<Bundle> list, string channel, CancellationToken cancellationToken) =>
    [
        .. (await ResolveAsync(list, channel, cancellationToken)).Select(entry => new BundleView(entry.Bundle, entry.Tree?.Price, entry.Problem?.Message)),
    ];

    private async Task<IReadOnlyList<(Bundle Bundle, BundleTree? Tree, Refusal? Problem)>> ResolveAsync(
        IReadOnlyList<Bundle> list, string channel, CancellationToken cancellationToken)
    {
        if (list.Count == 0)
        {
            return [];
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var tree = (await bundles.ReadTreeAsync([.. list.Select(bundle => bundle.BundleSlug)], transaction, cancellationToken))
            .ToDictionary(bundle => bundle.BundleSlug);
        var slugs = OrderCatalogs.ProductSlugsOf(tree.Values);
        await transaction.CommitAsync(cancellationToken);
        var known = (await products.ListBySlugsAsync(slugs, cancellationToken)).ToDictionary(product => product.Slug);
        return
        [
            .. list.Select(bundle =>
            {
                var (resolved, problem) = BundleTree.Resolve(bundle, tree, known, channel);
                return (bundle, resolved, problem);
            }),
        ];
    }
}

/// <summary>
/// Writes of bundles. Each names the version that it is based on and raises it. What a bundle contains is checked as a whole:
/// every component exists and is active, no bundle contains itself, and all prices are in one currency.
/// </summary>
public sealed class BundleOperations(
    NpgsqlDataSource database,
    BundleStore bundles,
    ProductStore products,
    BundleQueries queries,
    TimeProvider clock,
    ILogger<BundleOperations> logger)
{
    public async Task<BundleOutcome> CreateAsync(BundleContent content, CancellationToken cancellationToken)
    {
        var now = clock.GetStoredNow();
        var bundle = content.ApplyTo(new()
        {
            Id = Guid.CreateVersion7(now),
            PrimaryProductSlug = content.PrimaryProductSlug!,
            BundleSlug = content.BundleSlug!,
            Title = "",
            Components = "[]",
            CreatedAt = now,
            UpdatedAt = now,
        });
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            await bundles.LockWritesAsync(transaction, cancellationToken);
            if (await CheckAsync(bundle, isNew: true, transaction, cancellationToken) is { } problem)
            {
                return new BundleOutcome.Refused(problem);
            }

            if (!await bundles.InsertAsync(bundle, transaction, cancellationToken))
            {
                return new BundleOutcome.Refused(new SlugTaken(bundle.BundleSlug));
            }

            await transaction.CommitAsync(cancellationToken);
        }

        MerchandisingLog.BundleChanged(logger, bundle.BundleSlug, "created", bundle.Version);
        return new BundleOutcome.Saved(await ViewAsync(bundle, cancellationToken));
    }

    public async Task<BundleOutcome> ChangeAsync(
        Guid id, BundleContent content, ExpectedVersion expected, CancellationToken cancellationToken)
    {
        Bundle saved;
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            await bundles.LockWritesAsync(transaction, cancellationToken);
            if (await bundles.LockAsync(id, transaction, cancellationToken) is not { } bundle)
            {
                return new BundleOutcome.Refused(new BundleNotFound());
            }

            if (!expected.Matches(bundle.Version))
            {
                return new BundleOutcome.Stale(await ViewAsync(bundle, cancellationToken));
            }

            saved = content.ApplyTo(bundle) with { Version = bundle.Version + 1, UpdatedAt = clock.GetStoredNow() };
            if (await CheckAsync(saved, isNew: false, transaction, cancellationToken) is { } problem)
            {
                return new BundleOutcome.Refused(problem);
            }

            await bundles.UpdateAsync(saved, transaction, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        MerchandisingLog.BundleChanged(logger, saved.BundleSlug, "updated", saved.Version);
        return new BundleOutcome.Saved(await ViewAsync(saved, cancellationToken));
    }

    /// <summary>Deletes a bundle that no other bundle contains. Orders of it stay as they are.</summary>
    public async Task<BundleOutcome> DeleteAsync(Guid id, ExpectedVersion expected, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await bundles.LockWritesAsync(transaction, cancellationToken);
        if (await bundles.LockAsync(id, transaction, cancellationToken) is not { } bundle)
        {
            return new BundleOutcome.Refused(new BundleNotFound());
        }

        if (!expected.Matches(bundle.Version))
        {
            return new BundleOutcome.Stale(await ViewAsync(bundle, cancellationToken));
        }

        if (await bundles.ListUsersAsync(bundle.BundleSlug, transaction, cancellationToken) is { Count: > 0 } users)
        {
            return new BundleOutcome.Refused(new ComponentInUse(bundle.BundleSlug, users));
        }

        await bundles.DeleteAsync(id, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        MerchandisingLog.BundleChanged(logger, bundle.BundleSlug, "deleted", bundle.Version);
        return new BundleOutcome.Deleted();
    }

    /// <summary>Sets what editors say about a bundle; null when there is no such bundle.</summary>
    public async Task<Bundle?> OverrideAsync(BundleOverride command, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await bundles.LockWritesAsync(transaction, cancellationToken);
        if (await bundles.LockForChangeAsync([command.BundleSlug], transaction, cancellationToken) is not [var bundle])
        {
            return null;
        }

        var saved = bundle with { Metadata = command.AddTo(bundle.Metadata), Version = bundle.Version + 1, UpdatedAt = clock.GetStoredNow() };
        await bundles.UpdateAsync(saved, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        MerchandisingLog.BundleChanged(logger, saved.BundleSlug, "overridden", saved.Version);
        return saved;
    }

    private async Task<Refusal?> CheckAsync(Bundle bundle, bool isNew, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var inner = BundleComponent.Parse(bundle.Components).Where(component => component.Kind == BundleComponent.Bundle).Select(component => component.Slug);
        var rows = (await bundles.ReadTreeAsync([.. inner], transaction, cancellationToken)).ToDictionary(row => row.BundleSlug);
        rows[bundle.BundleSlug] = bundle;
        string[] slugs = [.. OrderCatalogs.ProductSlugsOf(rows.Values), bundle.PrimaryProductSlug, bundle.BundleSlug];
        var known = (await products.LockForOrderAsync([], [.. slugs.Distinct()], transaction, cancellationToken)).ToDictionary(product => product.Slug);
        return isNew && known.ContainsKey(bundle.BundleSlug) ? new SlugTaken(bundle.BundleSlug)
            : !known.ContainsKey(bundle.PrimaryProductSlug) ? new PrimaryMissing(bundle.PrimaryProductSlug)
            : BundleTree.Resolve(bundle, rows, known, channel: null).Problem;
    }

    private async Task<BundleView> ViewAsync(Bundle bundle, CancellationToken cancellationToken) =>
        (await queries.ViewAsync([bundle], ProductChannels.Storefront, cancellationToken))[0];
}

internal sealed record PrimaryMissing(string Slug) : Invalid(
    "merchandising.primary_product_missing", $"There is no product {Slug} beside which the bundle could be offered.");
