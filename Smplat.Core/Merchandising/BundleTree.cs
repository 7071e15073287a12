using System.Numerics;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Merchandising;

/// <summary>A part of a bundle: a product, how many of it, and its share of the price in whole cents.</summary>
public sealed record BundlePart(Product Product, int Quantity, decimal Price);

/// <summary>What a bundle costs.</summary>
/// <param name="ListPrice">What its components cost by themselves.</param>
/// <param name="Price">What one bundle costs.</param>
public sealed record BundlePrice(decimal ListPrice, decimal Price, string Currency);

/// <summary>
/// A bundle with everything that it contains, looked up and checked. Prices are whole cents everywhere: a rule rounds once, half
/// away from zero, and a price is divided so that the parts add up to it.
/// </summary>
public sealed class BundleTree
{
    /// <summary>Bundles inside of bundles, the outermost included.</summary>
    public const int MaxDepth = 5;

    /// <summary>Units of one product in one order line.</summary>
    private const long MaxUnits = 100_000;

    private readonly Bundle _bundle;
    private readonly IReadOnlyList<Entry> _entries;

    private BundleTree(Bundle bundle, IReadOnlyList<Entry> entries)
    {
        (_bundle, _entries) = (bundle, entries);
        var list = entries.Sum(entry => entry.ListPrice);
        Price = new(list, PriceOf(bundle.PriceRule, bundle.PriceValue, list), entries[0].Currency);
    }

    public BundlePrice Price { get; }

    /// <param name="channel">Where every product must be available; null asks only that they are active.</param>
    /// <returns>The tree, or why there is none.</returns>
    public static (BundleTree? Tree, Refusal? Problem) Resolve(
        Bundle bundle,
        IReadOnlyDictionary<string, Bundle> bundles,
        IReadOnlyDictionary<string, Product> products,
        string? channel) => Resolve(bundle, bundles, products, channel, []);

    /// <summary>The products of so many bundles, each once, with the whole price divided among them.</summary>
    /// <returns>Null when it is more than one order line can have.</returns>
    public IReadOnlyList<BundlePart>? Expand(int count)
    {
        var parts = new List<(Product Product, long Quantity, decimal Price)>();
        Expand(count, Price.Price * count, parts);
        var merged = parts.GroupBy(part => part.Product.Id)
            .Select(group => (group.First().Product, Quantity: group.Sum(part => part.Quantity), Price: group.Sum(part => part.Price)))
            .ToArray();
        return merged.Any(part => part.Quantity > MaxUnits) ? null : [.. merged.Select(part => new BundlePart(part.Product, (int)part.Quantity, part.Price))];
    }

    /// <summary>The price of one bundle whose components cost <paramref name="list"/> together.</summary>
    public static decimal PriceOf(string rule, decimal? value, decimal list) => rule switch
    {
        PriceRule.Sum => list,
        PriceRule.Fixed => value!.Value,
        PriceRule.AmountOff => Math.Max(0, list - value!.Value),
        PriceRule.PercentOff => Math.Round(list * (100 - value!.Value) / 100, 2, MidpointRounding.AwayFromZero),
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "No such price rule."),
    };

    /// <summary>
    /// Divides an amount by weights into whole cents that add up to it exactly. Each part is at most a cent from its exact share;
    /// the cents left over go to the parts that lost most by rounding down, the earlier ones first.
    /// </summary>
    /// <param name="amount">In whole cents, not negative.</param>
    /// <param name="weights">In whole cents, not negative; all zero counts as all equal.</param>
    public static IReadOnlyList<decimal> Divide(decimal amount, IReadOnlyList<decimal> weights)
    {
        BigInteger[] shares = [.. weights.Select(weight => new BigInteger(weight * 100))];
        var whole = shares.Aggregate(BigInteger.Zero, BigInteger.Add);
        if (whole.IsZero)
        {
            shares = [.. shares.Select(_ => BigInteger.One)];
            whole = shares.Length;
        }

        var cents = new BigInteger(amount * 100);
        (BigInteger Cents, BigInteger Lost)[] parts = [.. shares.Select(share => (BigInteger.DivRem(cents * share, whole, out var rest), rest))];
        var left = (int)(cents - parts.Aggregate(BigInteger.Zero, (sum, part) => sum + part.Cents));
        var raised = Enumerable.Range(0, parts.Length).OrderByDescending(index => parts[index].Lost).Take(left).ToHashSet();
        return [.. parts.Select((part, index) => (decimal)(part.Cents + (raised.Contains(index) ? 1 : 0)) / 100)];
    }

    private static (BundleTree? Tree, Refusal? Problem) Resolve(
        Bundle bundle,
        IReadOnlyDictionary<string, Bundle> bundles,
        IReadOnlyDictionary<string, Product> products,
        string? channel,
        IReadOnlyList<string> path)
    {
        if (path.Contains(bundle.BundleSlug))
        {
            return (null, new BundleLoop([.. path, bundle.BundleSlug]));
        }

        path = [.. path, bundle.BundleSlug];
        if (path.Count > MaxDepth)
        {
            return (null, new BundleTooDeep(path));
        }

        var entries = new List<Entry>();
        foreach (var component in BundleComponent.Parse(bundle.Components))
        {
            if (component.Kind == BundleComponent.Bundle)
            {
                if (!bundles.TryGetValue(component.Slug, out var inner))
                {
                    return (null, new ComponentMissing(bundle.BundleSlug, component.Kind, component.Slug));
                }

                var (tree, problem) = Resolve(inner, bundles, products, channel, path);
                if (tree is null)
                {
                    return (null, problem);
                }

                entries.Add(new(component.Quantity, null, tree));
            }
            else if (!products.TryGetValue(component.Slug, out var product))
            {
                return (null, new ComponentMissing(bundle.BundleSlug, component.Kind, component.Slug));
            }
            else if (channel is null ? product.Status != ProductStatus.Active : !product.IsAvailableIn(channel))
            {
                return (null, new ComponentNotAvailable(bundle.BundleSlug, product.Slug, channel));
            }
            else
            {
                entries.Add(new(component.Quantity, product, null));
            }
        }

        return entries.Count == 0 ? (null, new BundleEmpty(bundle.BundleSlug))
            : entries.Select(entry => entry.Currency).Distinct().Count() > 1 ? (null, new MixedCurrencies(bundle.BundleSlug))
            : (new(bundle, entries), null);
    }

    private void Expand(long count, decimal total, List<(Product Product, long Quantity, decimal Price)> parts)
    {
        var shares = Divide(total, [.. _entries.Select(entry => entry.ListPrice)]);
        foreach (var (entry, share) in _entries.Zip(shares))
        {
            var quantity = count * entry.Quantity;
            if (entry.Product is { } product)
            {
                parts.Add((product, quantity, share));
            }
            else
            {
                entry.Tree!.Expand(quantity, share, parts);
            }
        }
    }

    /// <summary>A component: a product, or the tree of a bundle.</summary>
    private sealed record Entry(int Quantity, Product? Product, BundleTree? Tree)
    {
        public decimal ListPrice => Quantity * (Product?.BasePrice ?? Tree!.Price.Price);

        public string Currency => Product?.Currency ?? Tree!.Price.Currency;
    }

    public override string ToString() => _bundle.BundleSlug;
}

internal sealed record ComponentMissing(string Bundle, string Kind, string Slug) : Invalid(
    "merchandising.component_missing", $"Bundle {Bundle} has the {Kind} {Slug} as a component, which does not exist.");

internal sealed record ComponentNotAvailable(string Bundle, string Slug, string? Channel) : Conflict(
    "merchandising.component_not_available",
    $"Bundle {Bundle} has the product {Slug} as a component, which is not active{(Channel is null ? "" : $" in channel {Channel}")}.");

internal sealed record BundleLoop(IReadOnlyList<string> Path) : Invalid(
    "merchandising.bundle_loop", $"A bundle must not contain itself: {string.Join(" > ", Path)}.");

internal sealed record BundleTooDeep(IReadOnlyList<string> Path) : Invalid(
    "merchandising.bundle_too_deep", $"Bundles can be nested {BundleTree.MaxDepth} deep: {string.Join(" > ", Path)} is deeper.");

internal sealed record BundleEmpty(string Bundle) : Invalid("merchandising.bundle_empty", $"Bundle {Bundle} has no components.");

internal sealed record MixedCurrencies(string Bundle) : Invalid(
    "merchandising.mixed_currencies", $"The components of bundle {Bundle} have prices in different currencies; one price needs one currency.");
