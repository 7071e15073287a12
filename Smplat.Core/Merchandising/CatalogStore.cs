using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Merchandising;

/// <summary>A plan that was applied.</summary>
public sealed record AppliedPromotion
{
    public required string Id { get; init; }

    public required string Plan { get; init; }

    public required string Actor { get; init; }

    public DateTimeOffset AppliedAt { get; init; }

    public DateTimeOffset? RolledBackAt { get; init; }

    /// <exception cref="InvalidOperationException">The stored plan was changed.</exception>
    internal CatalogPlan ReadPlan() => CatalogPlan.TryParse(Plan, out var plan, out var problem)
        ? plan
        : throw new InvalidOperationException($"The plan of promotion {Id} cannot be read: {problem}");
}

/// <summary>Table <c>catalog_promotion</c>, and which products have media.</summary>
public sealed class CatalogStore
{
    private const string FindPromotion =
        """
        select id, plan, actor, applied_at, rolled_back_at
        from catalog_promotion
        where id = @Id
        for update
        """;

    private const string InsertPromotion =
        """
        insert into catalog_promotion (id, plan, actor, applied_at)
        values (@Id, @Plan, @Actor, @Now)
        """;

    private const string MarkRolledBack = "update catalog_promotion set rolled_back_at = @Now, rolled_back_by = @Actor where id = @Id";

    private const string ListProductsWithUploads =
        """
        select distinct p.slug
        from product_media_assets asset
        join products p on p.id = asset.product_id
        where asset.storage_key is not null
        """;

    private const string HasMedia = "select exists (select 1 from product_media_assets where product_id = @Id)";

    public Task<AppliedPromotion?> FindPromotionAsync(string id, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<AppliedPromotion>(Sql.Command(
            FindPromotion, new { Id = id }, cancellationToken, transaction));

    public Task AddPromotionAsync(
        string id, string plan, string actor, DateTimeOffset now, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(
            InsertPromotion, new { Id = id, Plan = plan, Actor = actor, Now = now }, cancellationToken, transaction));

    public Task MarkRolledBackAsync(
        string id, string actor, DateTimeOffset now, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(
            MarkRolledBack, new { Id = id, Actor = actor, Now = now }, cancellationToken, transaction));

    public async Task<IReadOnlyList<string>> ListProductsWithUploadsAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (await transaction.Connection!.QueryAsync<string>(Sql.Command(
            ListProductsWithUploads, null, cancellationToken, transaction))).AsList();

    public Task<bool> HasMediaAsync(Guid productId, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteScalarAsync<bool>(Sql.Command(HasMedia, new { Id = productId }, cancellationToken, transaction));
}
