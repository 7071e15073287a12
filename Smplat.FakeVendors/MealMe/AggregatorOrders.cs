using System.Collections.Concurrent;

namespace Smplat.FakeVendors.MealMe;

/// <summary>Carts and orders of either dialect. A cart holds products of one shop only.</summary>
public sealed class AggregatorOrders
{
    private readonly ConcurrentDictionary<string, AggregatorOrder> _orders = new();
    private readonly ConcurrentDictionary<string, AggregatorCart> _carts = new();

    private int _last;

    public IReadOnlyCollection<AggregatorOrder> All => [.. _orders.Values];

    public AggregatorCart OpenCart(AggregatorStore store) =>
        _carts.GetOrAdd($"cart_{Interlocked.Increment(ref _last):D6}", id => new AggregatorCart(id, store));

    public AggregatorCart? FindCart(string? id) => id is not null && _carts.TryGetValue(id, out var cart) ? cart : null;

    public AggregatorOrder? Find(string? id) => id is not null && _orders.TryGetValue(id, out var order) ? order : null;

    public AggregatorOrder Keep(
        AggregatorStore store, IReadOnlyList<AggregatorLine> lines, int tip, string? customerOrderId)
    {
        var order = new AggregatorOrder($"ord_{Interlocked.Increment(ref _last):D6}", store, lines, tip)
        {
            CustomerOrderId = customerOrderId,
        };
        _orders[order.Id] = order;
        return order;
    }

    /// <summary>Null when a product is unknown, the quantity is not positive or the products are of several shops.</summary>
    public static (AggregatorStore Store, IReadOnlyList<AggregatorLine> Lines)? Pick(
        IEnumerable<(string? ProductId, int Quantity)> wanted)
    {
        var lines = new List<AggregatorLine>();
        AggregatorStore? shop = null;
        foreach (var (productId, quantity) in wanted)
        {
            if (quantity <= 0 || AggregatorStore.FindProduct(productId) is not var (store, grocery)
                || (shop is not null && shop.Id != store.Id))
                return null;
            shop = store;
            lines.Add(new AggregatorLine(productId!, $"{grocery.Brand} {grocery.Name}", quantity, store.PriceOf(grocery)));
        }

        return shop is null ? null : (shop, lines);
    }
}
