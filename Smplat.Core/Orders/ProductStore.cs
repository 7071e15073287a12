using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Orders;

/// <summary>Table <c>products</c>.</summary>
public sealed class ProductStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        id, slug, title, description, category, base_price, currency, status, channel_eligibility::text,
        fulfillment_config::text, configuration_presets::text, created_at, updated_at
        """;

    private const string ListAll =
        $"""
        select {Columns}
        from products
        where @Status::text is null or status = @Status
        order by created_at, slug
        limit @Limit
        """;

    private const string FindBySlug = $"select {Columns} from products where slug = @Slug";

    private const string ListByIds = $"select {Columns} from products where id = any(@Ids)";

    // Safe to repeat: it never overwrites what operators have changed since.
    private const string InsertSample =
        """
        insert into products
            (id, slug, title, description, category, base_price, currency, status, channel_eligibility, fulfillment_config)
        values
            (@Id, @Slug, @Title, @Description, @Category, @BasePrice, @Currency, @Status, @ChannelEligibility::jsonb,
             @FulfillmentConfig::jsonb)
        on conflict (slug) do nothing
        """;

    private const string DeleteUnused =
        """
        delete from products
        where id = any(@ids) and not exists (select from order_items where order_items.product_id = products.id)
        """;

    /// <summary>Products that no order has.</summary>
    internal async Task DeleteUnusedAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(DeleteUnused, new { ids }, cancellationToken));
    }

    /// <param name="status">Null lists all.</param>
    public async Task<IReadOnlyList<Product>> ListAsync(string? status, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Product>(Sql.Command(
            ListAll, new { Status = status, Limit = limit }, cancellationToken))).AsList();
    }

    public async Task<Product?> FindAsync(string slug, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Product>(Sql.Command(
            FindBySlug, new { Slug = slug }, cancellationToken));
    }

    public async Task<IReadOnlyList<Product>> ListByIdsAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        if (ids.Length == 0)
        {
            return [];
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Product>(Sql.Command(ListByIds, new { Ids = ids }, cancellationToken))).AsList();
    }

    /// <returns>False when a product with this slug exists.</returns>
    public async Task<bool> InsertSampleAsync(Product product, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(InsertSample, product, cancellationToken)) == 1;
    }
}
