using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Merchandising;

/// <summary>Table <c>catalog_bundles</c>.</summary>
public sealed class BundleStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        id, primary_product_slug, bundle_slug, title, description, savings_copy, cms_priority, components::text, price_rule,
        price_value, metadata::text, version, created_at, updated_at
        """;

    // One writer at a time: two bundles that are fine alone could contain each other together.
    private const string LockWrites = "select pg_advisory_xact_lock(hashtext('catalog_bundles'))";

    private const string ExistsQuery = "select exists (select 1 from catalog_bundles where bundle_slug = @Slug)";

    private const string ListUsers =
        """
        select bundle_slug
        from catalog_bundles
        where primary_product_slug = @Slug or components @> jsonb_build_array(jsonb_build_object('slug', @Slug::text))
        order by bundle_slug
        """;

    private const string ListAll =
        $"""
        select {Columns}
        from catalog_bundles
        where @PrimarySlug::text is null or primary_product_slug = @PrimarySlug
        order by cms_priority, bundle_slug
        limit @Limit
        """;

    private const string ReadAll = $"select {Columns} from catalog_bundles order by bundle_slug";

    // The id comes first: a slug can look like one.
    private const string FindOne =
        $"""
        select {Columns}
        from catalog_bundles
        where id = @Id or bundle_slug = @Slug
        order by id = @Id desc nulls last
        limit 1
        """;

    private const string LockOne = $"select {Columns} from catalog_bundles where id = @Id for update";

    private const string LockForChange =
        $"select {Columns} from catalog_bundles where bundle_slug = any(@Slugs) order by bundle_slug for update";

    // The bundles and all that they contain, each once.
    private const string ReadTree =
        $"""
        with recursive tree (slug) as (
            select unnest(@Slugs::text[])
            union
            select component ->> 'slug'
            from tree
            join catalog_bundles parent on parent.bundle_slug = tree.slug
            cross join lateral jsonb_array_elements(parent.components) as component
            where component ->> 'kind' = 'bundle')
        select {Columns}
        from catalog_bundles
        where bundle_slug in (select slug from tree)
        order by bundle_slug
        """;

    // What is read stays as it is until the transaction ends.
    private const string LockTree = $"{ReadTree} for share";

    private const string InsertOne =
        """
        insert into catalog_bundles
            (id, primary_product_slug, bundle_slug, title, description, savings_copy, cms_priority, components, price_rule,
             price_value, metadata, version, created_at, updated_at)
        values
            (@Id, @PrimaryProductSlug, @BundleSlug, @Title, @Description, @SavingsCopy, @CmsPriority, @Components::jsonb, @PriceRule,
             @PriceValue, @Metadata::jsonb, @Version, @CreatedAt, @UpdatedAt)
        on conflict (bundle_slug) do nothing
        """;

    private const string UpdateOne =
        """
        update catalog_bundles
        set primary_product_slug = @PrimaryProductSlug, title = @Title, description = @Description, savings_copy = @SavingsCopy,
            cms_priority = @CmsPriority, components = @Components::jsonb, price_rule = @PriceRule, price_value = @PriceValue,
            metadata = @Metadata::jsonb, version = @Version, updated_at = @UpdatedAt
        where id = @Id
        """;

    private const string DeleteOne = "delete from catalog_bundles where id = @Id";

    /// <summary>Until the transaction ends nobody else changes bundles, or makes or deletes products.</summary>
    public Task LockWritesAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(LockWrites, null, cancellationToken, transaction));

    public Task<bool> ExistsAsync(string slug, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteScalarAsync<bool>(Sql.Command(ExistsQuery, new { Slug = slug }, cancellationToken, transaction));

    /// <summary>The bundles that this product or bundle is a part of.</summary>
    public async Task<IReadOnlyList<string>> ListUsersAsync(
        string slug, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (await transaction.Connection!.QueryAsync<string>(Sql.Command(
            ListUsers, new { Slug = slug }, cancellationToken, transaction))).AsList();

    /// <param name="primarySlug">Null lists the bundles of all products.</param>
    public async Task<IReadOnlyList<Bundle>> ListAsync(string? primarySlug, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Bundle>(Sql.Command(
            ListAll, new { PrimarySlug = primarySlug, Limit = limit }, cancellationToken))).AsList();
    }

    /// <summary>Every bundle.</summary>
    public async Task<IReadOnlyList<Bundle>> ReadAllAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (await transaction.Connection!.QueryAsync<Bundle>(Sql.Command(ReadAll, null, cancellationToken, transaction))).AsList();

    /// <param name="id">Null looks for the slug alone.</param>
    public async Task<Bundle?> FindAsync(string slug, Guid? id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Bundle>(Sql.Command(FindOne, new { Slug = slug, Id = id }, cancellationToken));
    }

    public Task<Bundle?> LockAsync(Guid id, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<Bundle>(Sql.Command(LockOne, new { Id = id }, cancellationToken, transaction));

    /// <summary>The bundles that exist, locked for a write.</summary>
    public async Task<IReadOnlyList<Bundle>> LockForChangeAsync(
        string[] slugs, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (await transaction.Connection!.QueryAsync<Bundle>(Sql.Command(
            LockForChange, new { Slugs = slugs }, cancellationToken, transaction))).AsList();

    /// <summary>The bundles with those that they contain, at any depth.</summary>
    public async Task<IReadOnlyList<Bundle>> ReadTreeAsync(
        string[] slugs, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (await transaction.Connection!.QueryAsync<Bundle>(Sql.Command(
            ReadTree, new { Slugs = slugs }, cancellationToken, transaction))).AsList();

    /// <summary>The same, share-locked.</summary>
    public async Task<IReadOnlyList<Bundle>> LockTreeAsync(
        string[] slugs, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (await transaction.Connection!.QueryAsync<Bundle>(Sql.Command(
            LockTree, new { Slugs = slugs }, cancellationToken, transaction))).AsList();

    /// <returns>False when a bundle with this slug exists.</returns>
    public async Task<bool> InsertAsync(Bundle bundle, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        await transaction.Connection!.ExecuteAsync(Sql.Command(InsertOne, bundle, cancellationToken, transaction)) == 1;

    public Task UpdateAsync(Bundle bundle, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(UpdateOne, bundle, cancellationToken, transaction));

    public Task DeleteAsync(Guid id, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(DeleteOne, new { Id = id }, cancellationToken, transaction));
}
