using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Billing;

/// <summary>Replaces a hosted session by its successor.</summary>
public sealed class RegenerationStore(NpgsqlDataSource database)
{
    // All three or none, and only if the old session is still as it was read: two callers make one successor.
    private const string Replace = """
        with replaced as (
            update hosted_checkout_sessions
            set status = 'abandoned', cancelled_at = @now, next_retry_at = null,
                last_error = coalesce(last_error, 'replaced_by_regeneration'),
                metadata = metadata || jsonb_build_object('regenerated_at', @now, 'regenerated_to_id', @newId::uuid),
                updated_at = @now
            where id = @oldId and updated_at = @expectedUpdatedAt and status not in ('completed', 'abandoned')
            returning workspace_id, invoice_id
        ),
        made as (
            insert into hosted_checkout_sessions (
                id, session_id, workspace_id, invoice_id, status, url, expires_at, metadata, recovery_notes, retry_count,
                last_retry_at, next_retry_at, created_at, updated_at)
            select @newId, @sessionId, workspace_id, invoice_id, 'initiated', @url, @expiresAt, @metadata::jsonb, @notes,
                @retryCount, @now, @nextRetryAt, @now, @now
            from replaced
            returning id, invoice_id
        )
        update invoices
        set hosted_session_id = made.id, updated_at = @now
        from made
        where invoices.id = made.invoice_id
        """;

    /// <returns>False when the old session has changed since it was read.</returns>
    public async Task<bool> ReplaceAsync(
        HostedSession old, Successor successor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // The invoice points to the new row, which must be there before the pointer is checked.
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var parameters = new
        {
            oldId = old.Id,
            newId = successor.Id,
            expectedUpdatedAt = old.UpdatedAt,
            sessionId = successor.SessionId,
            url = successor.Url,
            expiresAt = successor.ExpiresAt,
            metadata = successor.Metadata,
            notes = successor.Notes,
            retryCount = successor.RetryCount,
            nextRetryAt = successor.NextRetryAt,
            now,
        };
        var changed = await connection.ExecuteAsync(Sql.Command(Replace, parameters, cancellationToken, transaction)) == 1;
        await transaction.CommitAsync(cancellationToken);
        return changed;
    }
}
