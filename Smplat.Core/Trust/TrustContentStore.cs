using System.Text.Json;
using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Trust;

/// <summary>A stored document.</summary>
/// <param name="Draft">Latest version, published or not.</param>
/// <param name="Published">What the checkout shows.</param>
public sealed record StoredExperience(string Environment, string Slug, string? Draft, string? Published)
{
    /// <exception cref="JsonException">The row contains no JSON object, which the intake never stores.</exception>
    public TrustDocument? Read(bool isDraft)
    {
        if ((isDraft ? Draft ?? Published : Published) is not { } json)
        {
            return null;
        }

        using var document = JsonDocument.Parse(json);
        return TrustDocument.Read(document.RootElement);
    }
}

/// <summary>Table <c>checkout_trust_experiences</c>.</summary>
public sealed class TrustContentStore(NpgsqlDataSource database)
{
    // A draft does not change the published version. A message older than the stored version changes nothing and
    // returns no row.
    private const string Upsert =
        """
        insert into checkout_trust_experiences as kept (
            environment, slug, document_id, draft, published, document_updated_at, request_id, draft_at, published_at, updated_at)
        values (
            @Environment, @Slug, @DocumentId, @Json::jsonb, case when not @IsDraft then @Json::jsonb end, @UpdatedAt, @RequestId,
            @Now, case when not @IsDraft then @Now end, @Now)
        on conflict (environment, slug) do update set
            document_id = excluded.document_id,
            draft = excluded.draft,
            published = case when @IsDraft then kept.published else excluded.published end,
            document_updated_at = coalesce(excluded.document_updated_at, kept.document_updated_at),
            request_id = excluded.request_id,
            draft_at = excluded.draft_at,
            published_at = case when @IsDraft then kept.published_at else excluded.published_at end,
            deleted_at = null,
            updated_at = excluded.updated_at
        where kept.document_updated_at is null
            or excluded.document_updated_at is null
            or (kept.deleted_at is null and excluded.document_updated_at >= kept.document_updated_at)
            or excluded.document_updated_at > kept.document_updated_at
        returning slug
        """;

    // Keeps the row with the time of the document, unless another document has replaced it.
    private const string Delete =
        """
        update checkout_trust_experiences
        set draft = null, published = null, deleted_at = @Now, request_id = @RequestId, updated_at = @Now,
            document_updated_at = greatest(document_updated_at, @UpdatedAt)
        where environment = @Environment and slug = @Slug and deleted_at is null
            and (document_id is null or @DocumentId is null or document_id = @DocumentId)
            and (document_updated_at is null or @UpdatedAt is null or document_updated_at <= @UpdatedAt)
        returning slug
        """;

    private const string Find =
        """
        select environment, slug, draft::text as draft, published::text as published
        from checkout_trust_experiences
        where environment = @Environment and slug = @Slug and deleted_at is null
        """;

    private const string FindSlugs =
        """
        select slug
        from checkout_trust_experiences
        where environment = @Environment and deleted_at is null
        order by slug
        limit 100
        """;

    /// <summary>Stores a version and deletes it under its previous key, in one transaction.</summary>
    public async Task<bool> SaveAsync(
        ContentVersion version, ContentVersion? movedFrom, string? requestId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var slug = await connection.QuerySingleOrDefaultAsync<string>(Sql.Command(
            Upsert,
            new
            {
                version.Environment,
                version.Slug,
                version.DocumentId,
                version.IsDraft,
                version.UpdatedAt,
                version.Json,
                RequestId = requestId,
                Now = now,
            },
            cancellationToken,
            transaction));
        if (slug is not null && movedFrom is not null)
        {
            await connection.QuerySingleOrDefaultAsync<string>(DeleteCommand(movedFrom, requestId, now, cancellationToken, transaction));
        }

        await transaction.CommitAsync(cancellationToken);
        return slug is not null;
    }

    public async Task<bool> DeleteAsync(
        ContentVersion version, string? requestId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<string>(DeleteCommand(version, requestId, now, cancellationToken)) is not null;
    }

    public async Task<StoredExperience?> FindAsync(string environment, string slug, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<StoredExperience>(Sql.Command(
            Find, new { Environment = environment, Slug = slug }, cancellationToken));
    }

    public async Task<IReadOnlyList<string>> SlugsAsync(string environment, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<string>(Sql.Command(
            FindSlugs, new { Environment = environment }, cancellationToken))).AsList();
    }

    private static CommandDefinition DeleteCommand(
        ContentVersion version, string? requestId, DateTimeOffset now, CancellationToken cancellationToken, NpgsqlTransaction? transaction = null) =>
        Sql.Command(
            Delete,
            new { version.Environment, version.Slug, version.DocumentId, version.UpdatedAt, RequestId = requestId, Now = now },
            cancellationToken,
            transaction);
}
