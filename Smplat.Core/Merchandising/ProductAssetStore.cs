using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Merchandising;

/// <summary>An address for an upload that was given out.</summary>
internal sealed record AssetUpload
{
    public required string StorageKey { get; init; }

    public required string ContentType { get; init; }

    /// <summary>As declared; null when the caller did not know it.</summary>
    public long? ContentLength { get; init; }

    public DateTimeOffset? AttachedAt { get; init; }

    public DateTimeOffset? AbandonedAt { get; init; }
}

/// <summary>Tables <c>product_media_assets</c> and <c>product_asset_upload</c>.</summary>
public sealed class ProductAssetStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        id, product_id, label, asset_url, storage_key, client_id, display_order, is_primary, usage_tags::text, alt_text, checksum,
        content_type, content_length, metadata::text, created_at, updated_at
        """;

    private const string ListOfProduct =
        $"select {Columns} from product_media_assets where product_id = @ProductId order by display_order, created_at, id";

    private const string FindOne = $"select {Columns} from product_media_assets where id = @Id";

    private const string CountOfProduct = "select count(*) from product_media_assets where product_id = @ProductId";

    private const string ClearPrimary =
        """
        update product_media_assets
        set is_primary = false, updated_at = @CreatedAt
        where product_id = @ProductId and is_primary
        """;

    private const string InsertAsset =
        """
        insert into product_media_assets
            (id, product_id, label, asset_url, storage_key, client_id, display_order, is_primary, usage_tags, alt_text, checksum,
             content_type, content_length, metadata, created_at, updated_at)
        values
            (@Id, @ProductId, @Label, @AssetUrl, @StorageKey, @ClientId, @DisplayOrder, @IsPrimary, @UsageTags::jsonb, @AltText,
             @Checksum, @ContentType, @ContentLength, @Metadata::jsonb, @CreatedAt, @UpdatedAt)
        """;

    private const string DeleteAsset = $"delete from product_media_assets where id = @Id returning {Columns}";

    private const string DeleteOfProduct = "delete from product_media_assets where product_id = @ProductId returning storage_key";

    private const string InsertUpload =
        """
        insert into product_asset_upload (storage_key, content_type, content_length, requested_by, created_at)
        values (@StorageKey, @ContentType, @ContentLength, @RequestedBy, @Now)
        """;

    private const string FindOneUpload =
        """
        select storage_key, content_type, content_length, attached_at, abandoned_at
        from product_asset_upload
        where storage_key = @StorageKey
        """;

    // Once, and never an upload that the cleanup has taken.
    private const string AttachUpload =
        """
        update product_asset_upload
        set attached_at = @Now
        where storage_key = @StorageKey and attached_at is null and abandoned_at is null
        """;

    private const string AbandonUploads =
        """
        update product_asset_upload
        set attached_at = null, abandoned_at = @Now
        where storage_key = any(@StorageKeys)
        """;

    // Takes uploads that nobody finished, and those taken before whose blob may still be there. An attached one is never taken.
    // Only after the address has expired, so that no blob arrives behind the deletion.
    private const string TakeAbandoned =
        """
        with taken as (
            select storage_key
            from product_asset_upload
            where attached_at is null and created_at < @Before
            order by created_at
            limit @Limit
            for update skip locked)
        update product_asset_upload upload
        set abandoned_at = coalesce(upload.abandoned_at, @Now)
        from taken
        where upload.storage_key = taken.storage_key
        returning upload.storage_key
        """;

    private const string DeleteUpload =
        "delete from product_asset_upload where storage_key = @StorageKey and abandoned_at is not null";

    public async Task<IReadOnlyList<ProductAsset>> ListAsync(Guid productId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<ProductAsset>(Sql.Command(
            ListOfProduct, new { ProductId = productId }, cancellationToken))).AsList();
    }

    public Task<ProductAsset?> FindAsync(Guid id, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<ProductAsset>(Sql.Command(
            FindOne, new { Id = id }, cancellationToken, transaction));

    public Task<long> CountAsync(Guid productId, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteScalarAsync<long>(Sql.Command(
            CountOfProduct, new { ProductId = productId }, cancellationToken, transaction));

    /// <summary>A new primary asset takes the place of the one before.</summary>
    public async Task InsertAsync(ProductAsset asset, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (asset.IsPrimary)
        {
            await transaction.Connection!.ExecuteAsync(Sql.Command(ClearPrimary, asset, cancellationToken, transaction));
        }

        await transaction.Connection!.ExecuteAsync(Sql.Command(InsertAsset, asset, cancellationToken, transaction));
    }

    /// <summary>Deletes the asset and leaves its blob to the cleanup; null when it is gone already.</summary>
    public async Task<ProductAsset?> DeleteAsync(Guid id, DateTimeOffset now, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var asset = await transaction.Connection!.QuerySingleOrDefaultAsync<ProductAsset>(Sql.Command(
            DeleteAsset, new { Id = id }, cancellationToken, transaction));
        if (asset?.StorageKey is { } key)
        {
            await AbandonAsync([key], now, transaction, cancellationToken);
        }

        return asset;
    }

    /// <summary>The same for all media of a product.</summary>
    public async Task DeleteAllAsync(Guid productId, DateTimeOffset now, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var keys = await transaction.Connection!.QueryAsync<string?>(Sql.Command(
            DeleteOfProduct, new { ProductId = productId }, cancellationToken, transaction));
        await AbandonAsync([.. keys.OfType<string>()], now, transaction, cancellationToken);
    }

    public async Task AddUploadAsync(
        string storageKey, string contentType, long? contentLength, string requestedBy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(
            InsertUpload,
            new { StorageKey = storageKey, ContentType = contentType, ContentLength = contentLength, RequestedBy = requestedBy, Now = now },
            cancellationToken));
    }

    internal async Task<AssetUpload?> FindUploadAsync(string storageKey, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<AssetUpload>(Sql.Command(
            FindOneUpload, new { StorageKey = storageKey }, cancellationToken));
    }

    /// <returns>False when it is attached already, taken by the cleanup, or unknown.</returns>
    public async Task<bool> AttachUploadAsync(
        string storageKey, DateTimeOffset now, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        await transaction.Connection!.ExecuteAsync(Sql.Command(
            AttachUpload, new { StorageKey = storageKey, Now = now }, cancellationToken, transaction)) == 1;

    public async Task<IReadOnlyList<string>> TakeAbandonedAsync(
        DateTimeOffset before, int limit, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<string>(Sql.Command(
            TakeAbandoned, new { Before = before, Limit = limit, Now = now }, cancellationToken))).AsList();
    }

    public async Task DeleteUploadAsync(string storageKey, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(DeleteUpload, new { StorageKey = storageKey }, cancellationToken));
    }

    private static Task AbandonAsync(string[] keys, DateTimeOffset now, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(
            AbandonUploads, new { StorageKeys = keys, Now = now }, cancellationToken, transaction));
}
