using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Merchandising;

/// <summary>Table <c>products</c>.</summary>
public sealed class ProductStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        id, slug, title, description, category, base_price, currency, status, channel_eligibility::text,
        fulfillment_config::text, configuration_presets::text, version, created_at, updated_at
        """;

    // The page goes on after a product, also when that one has changed since; an unknown product gives an empty page.
    private const string ListAll =
        $"""
        select {Columns}
        from products
        where (@Status::text is null or status = @Status)
            and (@Channel::text is null or channel_eligibility @> to_jsonb(@Channel::text))
            and (@After::uuid is null
                or (created_at, slug) > (select last.created_at, last.slug from products last where last.id = @After))
        order by created_at, slug
        limit @Limit
        """;

    private const string ReadAll = $"select {Columns} from products order by slug";

    private const string FindBySlug = $"select {Columns} from products where slug = @Slug";

    private const string ListByIds = $"select {Columns} from products where id = any(@Ids)";

    private const string ListBySlugs = $"select {Columns} from products where slug = any(@Slugs)";

    // Readers do not wait for each other; a writer waits until the order is stored. Always in the order of slugs, as every
    // statement that locks several products.
    private const string LockForOrder =
        $"""
        select {Columns}
        from products
        where id = any(@Ids) or slug = any(@Slugs)
        order by slug
        for share
        """;

    private const string LockOne = $"select {Columns} from products where id = @Id for update";

    private const string LockForChange = $"select {Columns} from products where slug = any(@Slugs) order by slug for update";

    private const string InsertNew =
        """
        insert into products
            (id, slug, title, description, category, base_price, currency, status, channel_eligibility, fulfillment_config,
             configuration_presets, version, created_at, updated_at)
        values
            (@Id, @Slug, @Title, @Description, @Category, @BasePrice, @Currency, @Status, @ChannelEligibility::jsonb,
             @FulfillmentConfig::jsonb, @ConfigurationPresets::jsonb, @Version, @CreatedAt, @UpdatedAt)
        on conflict (slug) do nothing
        """;

    private const string UpdateOne =
        """
        update products
        set title = @Title, description = @Description, category = @Category, base_price = @BasePrice, currency = @Currency,
            status = @Status, channel_eligibility = @ChannelEligibility::jsonb, fulfillment_config = @FulfillmentConfig::jsonb,
            configuration_presets = @ConfigurationPresets::jsonb, version = @Version, updated_at = @UpdatedAt
        where id = @Id
        """;

    private const string DeleteOne = "delete from products where id = @Id";

    // With the product locked no order of it is stored meanwhile.
    private const string IsOrderedQuery = "select exists (select 1 from order_items where product_id = @Id)";

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

    // Locked first, so that an order of a product that is stored meanwhile is seen.
    private const string DeleteUnused =
        """
        select id from products where id = any(@ids) order by slug for update;
        delete from products
        where id = any(@ids) and not exists (select from order_items where order_items.product_id = products.id)
        """;

    /// <param name="status">Null lists all.</param>
    /// <param name="channel">Null lists all.</param>
    /// <param name="after">The last product of the page before; null lists from the beginning.</param>
    public async Task<IReadOnlyList<Product>> ListAsync(
        string? status, string? channel, Guid? after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Product>(Sql.Command(
            ListAll, new { Status = status, Channel = channel, After = after, Limit = limit }, cancellationToken))).AsList();
    }

    /// <summary>Every product.</summary>
    public async Task<IReadOnlyList<Product>> ReadAllAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (await transaction.Connection!.QueryAsync<Product>(Sql.Command(ReadAll, null, cancellationToken, transaction))).AsList();

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

    public async Task<IReadOnlyList<Product>> ListBySlugsAsync(string[] slugs, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Product>(Sql.Command(ListBySlugs, new { Slugs = slugs }, cancellationToken))).AsList();
    }

    public async Task<IReadOnlyList<Product>> LockForOrderAsync(
        Guid[] ids, string[] slugs, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (await transaction.Connection!.QueryAsync<Product>(Sql.Command(
            LockForOrder, new { Ids = ids, Slugs = slugs }, cancellationToken, transaction))).AsList();

    /// <summary>The products that exist, locked for a write.</summary>
    public async Task<IReadOnlyList<Product>> LockForChangeAsync(
        string[] slugs, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (await transaction.Connection!.QueryAsync<Product>(Sql.Command(
            LockForChange, new { Slugs = slugs }, cancellationToken, transaction))).AsList();

    public Task<Product?> LockAsync(Guid id, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<Product>(Sql.Command(LockOne, new { Id = id }, cancellationToken, transaction));

    /// <returns>False when a product with this slug exists.</returns>
    public async Task<bool> InsertAsync(Product product, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        await transaction.Connection!.ExecuteAsync(Sql.Command(InsertNew, product, cancellationToken, transaction)) == 1;

    public Task UpdateAsync(Product product, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(UpdateOne, product, cancellationToken, transaction));

    public Task DeleteAsync(Guid id, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(DeleteOne, new { Id = id }, cancellationToken, transaction));

    public Task<bool> IsOrderedAsync(Guid id, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteScalarAsync<bool>(Sql.Command(IsOrderedQuery, new { Id = id }, cancellationToken, transaction));

    /// <summary>Deletes the products that no order has.</summary>
    internal async Task DeleteUnusedAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(DeleteUnused, new { ids }, cancellationToken));
    }

    /// <returns>False when a product with this slug exists.</returns>
    public async Task<bool> InsertSampleAsync(Product product, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(InsertSample, product, cancellationToken)) == 1;
    }
}
