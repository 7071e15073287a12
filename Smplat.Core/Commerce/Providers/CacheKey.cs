using System.Globalization;

namespace Smplat.Core.Commerce.Providers;

/// <summary>The names under which vendors' answers are kept.</summary>
/// <param name="Kind">quote, store, sku, link or cart; a bounded label for metrics.</param>
public readonly record struct CacheKey(string Kind, string Text)
{
    /// <summary>A provider's price for a basket.</summary>
    public static CacheKey Quote(ProviderId id, string cartHash, string variant) =>
        new("quote", $"quote:{id.ToWire()}:{cartHash}:{variant}");

    public static CacheKey Store(ProviderId id, DeliveryAddress address, string variant) => new(
        "store",
        $"store:{id.ToWire()}:{address.Country.ToUpperInvariant()}:{address.PostalCode.ToUpperInvariant()}:{variant}");

    public static CacheKey Sku(ProviderId id, string storeId, RequestedItem item) => new(
        "sku",
        string.Create(
            CultureInfo.InvariantCulture,
            $"sku:{id.ToWire()}:{storeId}:{SearchTerm.Of(item.Name)}:{item.Unit.ToLowerInvariant()}"));

    public static CacheKey Link(ProviderId id, string contentHash) => new("link", $"link:{id.ToWire()}:{contentHash}");

    public static CacheKey Cart(ProviderId id, string idempotencyKey) => new("cart", $"cart:{id.ToWire()}:{idempotencyKey}");
}
