using System.Text.Json;
using Dapper;
using Npgsql;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>The states of a session from its claim to its deletion, and idempotency keys. Every write after the claim is fenced by the row's version.</summary>
public sealed class ConfirmationStore(NpgsqlDataSource database)
{
    // One caller claims a pending session; all others find it claimed.
    private const string Claim =
        """
        update commerce.routing_sessions
        set status = 'confirming', claim_key = @claimKey, updated_at = @now, row_version = row_version + 1
        where token_sha256 = @tokenHash
            and status = 'pending'
            and expires_at > @now
            and (user_id is null or user_id = @userId)
        returning id, request_id, coalesce(user_id, @userId) as user_id, quotes::text as quotes, request::text as request,
            items_count, expires_at, row_version
        """;

    private const string Find =
        """
        select id, user_id, status, claim_key, result::text as result, expires_at
        from commerce.routing_sessions
        where token_sha256 = @tokenHash
        """;

    // A confirmation whose process died is taken over by one recovery at a time; the new version fences off the old owner.
    private const string ClaimStuck =
        """
        with stuck as (
            select id
            from commerce.routing_sessions
            where status = 'confirming' and updated_at < @before
            order by updated_at
            limit @limit
            for update skip locked
        )
        update commerce.routing_sessions session
        set updated_at = @now, row_version = row_version + 1
        from stuck
        where session.id = stuck.id
        returning session.id, session.request_id, session.user_id, session.quotes::text as quotes,
            session.request::text as request, session.items_count, session.expires_at, session.row_version
        """;

    // Makes the session pending again, with the quotes that the shopper may now accept.
    private const string Release =
        """
        update commerce.routing_sessions
        set status = 'pending', claim_key = null, quotes = @quotes::jsonb, updated_at = @now, row_version = row_version + 1
        where id = @id and status = 'confirming' and row_version = @rowVersion
        """;

    // The first use of a key is stored: the hash shows whether a later use is for the same request.
    private const string TakeKey =
        """
        with taken as (
            insert into commerce.idempotency (endpoint, key, request_hash, expires_at)
            values (@endpoint, @key, @requestHash, @expiresAt)
            on conflict (endpoint, key) do nothing
            returning request_hash
        )
        select request_hash from taken
        union all
        select request_hash from commerce.idempotency where endpoint = @endpoint and key = @key
        limit 1
        """;

    // A pending session is cancelled; one that is being confirmed is not.
    private const string CancelPending =
        """
        update commerce.routing_sessions
        set status = 'cancelled', updated_at = @now, row_version = row_version + 1
        where token_sha256 = @tokenHash
            and status = 'pending'
            and expires_at > @now
            and (user_id is null or user_id = @userId)
        """;

    // Unused tokens are marked as expired, so that reports can tell them from confirmed ones.
    private const string Expire =
        """
        with due as (
            select id
            from commerce.routing_sessions
            where status = 'pending' and expires_at <= @now
            order by expires_at
            limit @limit
            for update skip locked
        )
        update commerce.routing_sessions session
        set status = 'expired', updated_at = @now, row_version = row_version + 1
        from due
        where session.id = due.id
        """;

    // Never deletes a session that is being confirmed, however old.
    private const string DeleteSessions =
        """
        with due as (
            select id
            from commerce.routing_sessions
            where expires_at < @before and status not in ('pending', 'confirming')
            order by expires_at
            limit @limit
            for update skip locked
        )
        delete from commerce.routing_sessions session
        using due
        where session.id = due.id
        """;

    private const string DeleteKeys =
        "delete from commerce.idempotency where (endpoint, key) in (select endpoint, key from commerce.idempotency where expires_at < @now limit @limit)";

    private const string DeleteScores =
        "delete from commerce.score_calculations where id in (select id from commerce.score_calculations where created_at < @before limit @limit)";

    public async Task<ClaimedSession?> ClaimAsync(
        byte[] tokenHash, string userId, string claimKey, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<ClaimRow>(Sql.Command(
            Claim, new { tokenHash, userId, claimKey, now }, cancellationToken, timeoutSeconds: 2));
        return row?.ToSession();
    }

    public async Task<SessionRow?> FindAsync(byte[] tokenHash, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<SessionRow>(Sql.Command(Find, new { tokenHash }, cancellationToken));
    }

    public async Task<IReadOnlyList<ClaimedSession>> ClaimStuckAsync(
        DateTimeOffset before, DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<ClaimRow>(Sql.Command(ClaimStuck, new { before, now, limit }, cancellationToken));
        return [.. rows.Select(row => row.ToSession())];
    }

    /// <returns>False when another process has taken the session over.</returns>
    public async Task<bool> ReleaseAsync(ClaimedSession session, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var quotes = CommerceJson.Text(session.Quotes, RoutingJson.Default.IReadOnlyListSessionQuote);
        return await connection.ExecuteAsync(Sql.Command(
            Release, new { id = session.Id, session.RowVersion, quotes, now }, cancellationToken)) == 1;
    }

    /// <returns>The hash stored for the key: that of this request, or of an earlier one.</returns>
    public async Task<string> TakeKeyAsync(
        string endpoint, string key, string requestHash, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.ExecuteScalarAsync<string>(Sql.Command(
            TakeKey, new { endpoint, key, requestHash, expiresAt }, cancellationToken)))!;
    }

    public async Task<bool> CancelPendingAsync(
        byte[] tokenHash, string userId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(
            CancelPending, new { tokenHash, userId, now }, cancellationToken, timeoutSeconds: 2)) == 1;
    }

    public Task<int> ExpireAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        RunAsync(Expire, new { now, limit }, cancellationToken);

    public Task<int> DeleteSessionsAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken) =>
        RunAsync(DeleteSessions, new { before, limit }, cancellationToken);

    public Task<int> DeleteKeysAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        RunAsync(DeleteKeys, new { now, limit }, cancellationToken);

    public Task<int> DeleteScoresAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken) =>
        RunAsync(DeleteScores, new { before, limit }, cancellationToken);

    private async Task<int> RunAsync(string statement, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(statement, parameters, cancellationToken));
    }

    private sealed record ClaimRow(
        Guid Id,
        string RequestId,
        string? UserId,
        string Quotes,
        string Request,
        int ItemsCount,
        DateTimeOffset ExpiresAt,
        long RowVersion)
    {
        public ClaimedSession ToSession() =>
            new(
                Id,
                RequestId,
                UserId,
                JsonSerializer.Deserialize(Quotes, RoutingJson.Default.IReadOnlyListSessionQuote)!,
                JsonSerializer.Deserialize(Request, CommerceJson.Default.QuoteRequest)!,
                ItemsCount,
                ExpiresAt,
                RowVersion);
    }
}

/// <summary>The state of a session, for callers that could not claim it.</summary>
public sealed record SessionRow(
    Guid Id, string? UserId, string Status, string? ClaimKey, string? Result, DateTimeOffset ExpiresAt);
