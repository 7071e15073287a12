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
        select id, user_id, status, claim_key, result::text as result, expires_at, updated_at
        from commerce.routing_sessions
        where token_sha256 = @tokenHash
        """;

    // A confirmation whose process died is taken over by one recovery at a time; the new version fences off the old owner.
    private const string ClaimStuck =
        """
        with stuck as (
            select id
            from commerce.routing_sessions
            where status = 'confirming' and updated_at < @before and (check_after is null or check_after <= @now)
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

    // A new version for the same owner: its own call that it no longer waits for can submit nothing any more.
    private const string Renew =
        """
        update commerce.routing_sessions
        set updated_at = @now, row_version = row_version + 1
        where id = @id and status = 'confirming' and row_version = @rowVersion
        returning row_version
        """;

    // Recovery leaves the session alone for a while.
    private const string Park =
        """
        update commerce.routing_sessions
        set check_after = @until, updated_at = @now
        where id = @id and status = 'confirming' and row_version = @rowVersion
        """;

    // Operators have settled an attempt: recovery takes the session up at once.
    private const string Unpark =
        """
        update commerce.routing_sessions
        set check_after = null, updated_at = '2000-01-01 00:00:00+00'
        where id = @id and status = 'confirming'
        """;

    // Makes the session pending again, with the quotes that the shopper may now accept.
    private const string Release =
        """
        update commerce.routing_sessions
        set status = 'pending', claim_key = null, check_after = null, quotes = @quotes::jsonb, updated_at = @now, row_version = row_version + 1
        where id = @id and status = 'confirming' and row_version = @rowVersion
        """;

    // The first use of a key is stored: the hash shows whether a later use is for the same request. Callers at the same moment
    // wait for the first of them; a key that has expired is free.
    private const string TakeKey =
        """
        insert into commerce.idempotency as known (endpoint, key, request_hash, expires_at)
        values (@endpoint, @key, @requestHash, @expiresAt)
        on conflict (endpoint, key) do update
        set request_hash = case when known.expires_at <= @now then excluded.request_hash else known.request_hash end,
            expires_at = case when known.expires_at <= @now then excluded.expires_at else known.expires_at end
        returning request_hash
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

    /// <summary>How long a key that a client chose belongs to its first request.</summary>
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromDays(1);

    public async Task<ClaimedSession?> ClaimAsync(
        byte[] tokenHash, string userId, string claimKey, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<SessionClaim>(Sql.Command(
            Claim, new { tokenHash, userId, claimKey, now }, cancellationToken, timeoutSeconds: 2));
        return row?.ToSession();
    }

    public async Task<SessionRow?> FindAsync(byte[] tokenHash, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<SessionRow>(Sql.Command(Find, new { tokenHash }, cancellationToken));
    }

    public async Task<IReadOnlyList<SessionClaim>> ClaimStuckAsync(
        DateTimeOffset before, DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<SessionClaim>(Sql.Command(ClaimStuck, new { before, now, limit }, cancellationToken))).AsList();
    }

    /// <returns>False when another process has taken the session over.</returns>
    public async Task<bool> ReleaseAsync(ClaimedSession session, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var quotes = CommerceJson.Text(session.Quotes, RoutingJson.Default.IReadOnlyListSessionQuote);
        return await connection.ExecuteAsync(Sql.Command(
            Release, new { id = session.Id, session.RowVersion, quotes, now }, cancellationToken)) == 1;
    }

    /// <summary>Fences off whatever this owner has started before. The session carries the new version from then on.</summary>
    /// <returns>False when another process has taken the session over.</returns>
    public async Task<bool> RenewAsync(ClaimedSession session, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (await connection.ExecuteScalarAsync<long?>(Sql.Command(
            Renew, new { id = session.Id, session.RowVersion, now }, cancellationToken)) is not { } version)
        {
            return false;
        }

        session.RowVersion = version;
        return true;
    }

    public async Task ParkAsync(ClaimedSession session, DateTimeOffset until, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(
            Park, new { id = session.Id, session.RowVersion, until, now }, cancellationToken));
    }

    public async Task UnparkAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Unpark, new { id = sessionId }, cancellationToken));
    }

    /// <returns>The hash stored for the key: that of this request, or of an earlier one.</returns>
    public async Task<string> TakeKeyAsync(
        string endpoint, string key, string requestHash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.ExecuteScalarAsync<string>(Sql.Command(
            TakeKey, new { endpoint, key, requestHash, now, expiresAt = now + KeyLifetime }, cancellationToken)))!;
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
}

/// <summary>A session as it was claimed. Reading what it holds may fail, and then costs no other session its turn.</summary>
public sealed record SessionClaim(
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

/// <summary>The state of a session, for callers that could not claim it.</summary>
public sealed record SessionRow(
    Guid Id, string? UserId, string Status, string? ClaimKey, string? Result, DateTimeOffset ExpiresAt, DateTimeOffset UpdatedAt);
