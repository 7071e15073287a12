using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Billing;

/// <summary>Table <c>hosted_session_recovery_runs</c>.</summary>
public sealed class HostedRecoveryRunStore(NpgsqlDataSource database)
{
    // A run that a crash left open is closed by the next one, so that it does not stay "running" permanently.
    private const string Begin = """
        with stuck as (
            update hosted_session_recovery_runs
            set status = 'failed', completed_at = @now, error_message = 'The process exited without reporting.'
            where status = 'running' and started_at < @stuckSince
        )
        insert into hosted_session_recovery_runs (id, triggered_by, started_at, metadata)
        values (@id, @triggeredBy, @now, @metadata::jsonb)
        """;

    private const string End = """
        update hosted_session_recovery_runs
        set status = @status, completed_at = @now, scheduled_count = @scheduled, notified_count = @notified,
            error_message = @error,
            metadata = case when @error::text is null then metadata else metadata || jsonb_build_object('error', @error::text) end
        where id = @id and status = 'running'
        """;

    private const string List = """
        select id, triggered_by, started_at, completed_at, status, scheduled_count, notified_count,
            metadata::text as metadata, error_message
        from hosted_session_recovery_runs
        order by started_at desc, id desc
        limit @limit
        """;

    public async Task BeginAsync(
        Guid id,
        string triggeredBy,
        string metadata,
        DateTimeOffset now,
        DateTimeOffset stuckSince,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            Sql.Command(Begin, new { id, triggeredBy, metadata, now, stuckSince }, cancellationToken));
    }

    public async Task EndAsync(
        Guid id,
        string status,
        int scheduled,
        int notified,
        string? error,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            Sql.Command(End, new { id, status, scheduled, notified, error, now }, cancellationToken));
    }

    public async Task<IReadOnlyList<HostedRecoveryRun>> ListAsync(int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<HostedRecoveryRun>(Sql.Command(List, new { limit }, cancellationToken))).AsList();
    }
}
