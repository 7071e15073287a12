namespace Smplat.Core.Orders;

/// <summary>What can be ordered.</summary>
public sealed class ProductCatalog(ProductStore products)
{
    public Task<IReadOnlyList<Product>> ListAsync(ListProducts query, CancellationToken cancellationToken) =>
        products.ListAsync(query.Status, query.Limit, cancellationToken);

    public Task<Product?> FindAsync(string slug, CancellationToken cancellationToken) =>
        products.FindAsync(slug, cancellationToken);
}
