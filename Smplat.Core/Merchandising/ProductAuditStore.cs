using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Merchandising;

/// <summary>One entry of a product's history.</summary>
public sealed record ProductChange
{
    public required Guid Id { get; init; }

    /// <summary>Null when the product is deleted.</summary>
    public Guid? ProductId { get; init; }

    /// <summary>The product's id, also when it is deleted.</summary>
    public required Guid SubjectId { get; init; }

    /// <summary>
    /// <c>created</c>, <c>updated</c>, <c>deleted</c>, <c>restored</c>, <c>configuration_updated</c>, <c>asset_added</c> or
    /// <c>asset_removed</c>.
    /// </summary>
    public required string Action { get; init; }

    public required string ActorEmail { get; init; }

    public string? RequestId { get; init; }

    /// <summary>JSON; null for a creation.</summary>
    public string? BeforeSnapshot { get; init; }

    /// <summary>JSON; null for a deletion.</summary>
    public string? AfterSnapshot { get; init; }

    /// <summary>JSON: the asset, or the entry that was restored.</summary>
    public string Metadata { get; init; } = "{}";

    public required DateTimeOffset CreatedAt { get; init; }

    internal static ProductChange From(
        Guid productId, string action, Product? before, Product? after, Editor editor, DateTimeOffset now) => new()
        {
            Id = Guid.CreateVersion7(now),
            ProductId = productId,
            SubjectId = productId,
            Action = action,
            ActorEmail = editor.Name,
            RequestId = editor.RequestId,
            BeforeSnapshot = before is null ? null : Snapshots.From(before),
            AfterSnapshot = after is null ? null : Snapshots.From(after),
            CreatedAt = now,
        };
}

/// <summary>Table <c>product_audit_logs</c>.</summary>
public sealed class ProductAuditStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        id, product_id, subject_id, action, actor_email, request_id, before_snapshot::text, after_snapshot::text, metadata::text,
        created_at
        """;

    private const string Insert =
        """
        insert into product_audit_logs
            (id, product_id, subject_id, action, actor_email, request_id, before_snapshot, after_snapshot, metadata, created_at)
        values
            (@Id, @ProductId, @SubjectId, @Action, @ActorEmail, @RequestId, @BeforeSnapshot::jsonb, @AfterSnapshot::jsonb,
             @Metadata::jsonb, @CreatedAt)
        """;

    private const string FindOne = $"select {Columns} from product_audit_logs where id = @Id";

    private const string ListNewest =
        $"select {Columns} from product_audit_logs where subject_id = @SubjectId order by sequence desc limit @Limit";

    public Task AddAsync(ProductChange change, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(Insert, change, cancellationToken, transaction));

    public Task<ProductChange?> FindAsync(Guid id, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<ProductChange>(Sql.Command(
            FindOne, new { Id = id }, cancellationToken, transaction));

    public async Task<IReadOnlyList<ProductChange>> ListAsync(Guid productId, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<ProductChange>(Sql.Command(
            ListNewest, new { SubjectId = productId, Limit = limit }, cancellationToken))).AsList();
    }
}
