using Npgsql;
using Smplat.Core.Merchandising;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Orders;

/// <param name="Number">Such as SM000123, in the case in which it was told.</param>
public sealed record FindOrder(string Number)
{
    public static FindOrder Read(Fields fields) => new(fields.RequiredText("number", 1, 60));
}

/// <summary>Reads of orders, for routes and for other features.</summary>
public sealed class OrderQueries(OrderStore orders, ProductQueries products)
{
    public Task<Order?> FindAsync(Guid orderId, CancellationToken cancellationToken) =>
        orders.FindAsync(orderId, cancellationToken);

    /// <summary>The order with the number that its customer was told.</summary>
    public Task<Order?> FindByNumberAsync(FindOrder wanted, CancellationToken cancellationToken) =>
        orders.FindByNumberAsync(wanted.Number, cancellationToken);

    /// <summary>
    /// The same inside a transaction, with the order's row locked: what it returns stays true until the commit.
    /// </summary>
    public Task<Order?> LockAsync(Guid orderId, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        orders.LockAsync(orderId, transaction, cancellationToken);

    /// <summary>The orders, items and products that belong to these order items, for templates.</summary>
    public async Task<IReadOnlyDictionary<Guid, OrderedItem>> FindItemsAsync(
        Guid[] orderItemIds, CancellationToken cancellationToken)
    {
        var found = await orders.ListByItemsAsync(orderItemIds, cancellationToken);
        var ids = found.SelectMany(order => order.Items).Select(item => item.ProductId).OfType<Guid>().Distinct().ToArray();
        var known = (await products.ListByIdsAsync(ids, cancellationToken)).ToDictionary(product => product.Id);
        return found
            .SelectMany(order => order.Items.Select(item => new OrderedItem(
                order, item, item.ProductId is { } id ? known.GetValueOrDefault(id) : null)))
            .Where(entry => orderItemIds.Contains(entry.Item.Id))
            .ToDictionary(entry => entry.Item.Id);
    }
}
