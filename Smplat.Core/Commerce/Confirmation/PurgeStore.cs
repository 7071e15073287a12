using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>Takes out what has had its time.</summary>
internal sealed class PurgeStore(NpgsqlDataSource database)
{
    // Tokens that nobody used are marked, so that reports tell them from confirmed ones.
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

    // Never a session that is being confirmed, however old.
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
