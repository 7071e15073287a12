using Npgsql;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Merchandising;

/// <summary>
/// The products and bundles of an order that is about to be stored, each available in the channel. They are share-locked: none of
/// them is archived, moved to another channel, given another price or deleted before the transaction ends.
/// </summary>
public sealed class OrderCatalog
{
    private readonly IReadOnlyDictionary<string, BundleTree> _bundles;
    private readonly IReadOnlyDictionary<string, Bundle> _rows;

    private OrderCatalog(IReadOnlyDictionary<string, Bundle> rows, IReadOnlyDictionary<string, BundleTree> bundles) =>
        (_rows, _bundles) = (rows, bundles);

    /// <summary>What one bundle costs, and its title.</summary>
    public (BundlePrice Price, string Title) PriceOf(string bundleSlug) => (_bundles[bundleSlug].Price, _rows[bundleSlug].Title);

    /// <summary>The products of so many bundles with the whole price divided among them; null when they are too many.</summary>
    public IReadOnlyList<BundlePart>? Expand(string bundleSlug, int count) => _bundles[bundleSlug].Expand(count);

    internal static (OrderCatalog? Catalog, Refusal? Refusal) Create(
        IReadOnlyCollection<Guid> productIds,
        IReadOnlyCollection<string> bundleSlugs,
        IReadOnlyList<Product> products,
        IReadOnlyList<Bundle> bundles,
        string channel)
    {
        var ids = products.ToDictionary(product => product.Id);
        if (productIds.Any(id => !ids.ContainsKey(id)))
        {
            return (null, new ProductNotFound());
        }

        if (products.FirstOrDefault(product => productIds.Contains(product.Id) && !product.IsAvailableIn(channel)) is { } missing)
        {
            return (null, new ProductNotAvailable(missing.Slug, channel));
        }

        var rows = bundles.ToDictionary(bundle => bundle.BundleSlug);
        var bySlug = products.ToDictionary(product => product.Slug);
        var trees = new Dictionary<string, BundleTree>();
        foreach (var slug in bundleSlugs)
        {
            if (!rows.TryGetValue(slug, out var bundle))
            {
                return (null, new BundleNotFound());
            }

            var (tree, problem) = BundleTree.Resolve(bundle, rows, bySlug, channel);
            if (tree is null)
            {
                return (null, new BundleNotAvailable(slug, channel, problem!.Message));
            }

            trees[slug] = tree;
        }

        return (new(rows, trees), null);
    }
}

/// <summary>Looks up, for an order, what it may contain.</summary>
public sealed class OrderCatalogs(ProductStore products, BundleStore bundles)
{
    /// <returns>The catalog of the order, or why it cannot be placed.</returns>
    public async Task<(OrderCatalog? Catalog, Refusal? Refusal)> LockAsync(
        IReadOnlyCollection<Guid> productIds,
        IReadOnlyCollection<string> bundleSlugs,
        string channel,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        if (productIds.Count == 0 && bundleSlugs.Count == 0)
        {
            return OrderCatalog.Create([], [], [], [], channel);
        }

        IReadOnlyList<Bundle> tree = bundleSlugs.Count == 0 ? [] : await bundles.LockTreeAsync([.. bundleSlugs], transaction, cancellationToken);
        var found = await products.LockForOrderAsync([.. productIds], ProductSlugsOf(tree), transaction, cancellationToken);
        return OrderCatalog.Create(productIds, bundleSlugs, found, tree, channel);
    }

    internal static string[] ProductSlugsOf(IEnumerable<Bundle> bundles) =>
    [
        .. bundles.SelectMany(bundle => BundleComponent.Parse(bundle.Components))
            .Where(component => component.Kind == BundleComponent.Product).Select(component => component.Slug).Distinct(),
    ];
}

public sealed record BundleNotFound() : NotFound("merchandising.bundle_not_found", "Bundle not found");

internal sealed record BundleNotAvailable(string Slug, string Channel, string Why) : Conflict(
    "merchandising.bundle_not_available", $"Bundle {Slug} cannot be ordered in channel {Channel}. {Why}");
