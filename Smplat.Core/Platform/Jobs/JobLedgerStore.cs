using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Platform.Jobs;

/// <summary>Reads of the job ledger, and the operators' corrections of it.</summary>
public sealed class JobLedgerStore(NpgsqlDataSource database)
{
    private const string StateColumns =
        """
        job_id, last_tick_at, attempt, next_attempt_at, locked_by, locked_until, runs, success, run_failures,
        attempt_failures, retries, consecutive_failures, consecutive_run_failures, runtime_seconds, last_started_at,
        last_completed_at, last_success_at, last_error_at, last_error
        """;

    private const string Register =
        """
        insert into job_state (job_id)
        select unnest(@JobIds)
        on conflict (job_id) do nothing
        """;

    private const string Tick =
        """
        update job_state
        set last_tick_at = @Now
        where job_id = any(@JobIds) and (last_tick_at is null or last_tick_at < @Now)
        """;

    private const string ListStates = $"select {StateColumns} from job_state order by job_id";

    private const string ListRetriesDue =
        """
        select job_id
        from job_state
        where next_attempt_at <= @Now and (locked_until is null or locked_until <= @Now)
        order by next_attempt_at
        """;

    private const string ListRuns =
        """
        select id, job_id, triggered_by, status, attempt, owner, started_at, completed_at, summary::text, error, trace_id
        from job_run
        where @JobId::text is null or job_id = @JobId
        order by started_at desc
        limit @Limit
        """;

    // An operator's order: whatever run held the job loses its lease and stops at its next renewal.
    private const string Release =
        """
        update job_state
        set locked_by = null, locked_until = null, run_id = null, attempt = 0, next_attempt_at = null, last_slot_at = null,
            last_error = null, last_error_at = null, consecutive_failures = 0, consecutive_run_failures = 0, updated_at = @Now
        where job_id = @JobId
        """;

    private const string DeleteRunsBefore =
        """
        delete from job_run
        where id in (select id from job_run where started_at < @Before order by started_at limit @Limit)
        """;

    public async Task RegisterAsync(string[] jobIds, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Register, new { JobIds = jobIds }, cancellationToken));
    }

    public async Task TickAsync(string[] jobIds, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Tick, new { JobIds = jobIds, Now = now }, cancellationToken));
    }

    public async Task<IReadOnlyList<JobState>> ListStatesAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<JobState>(Sql.Command(ListStates, null, cancellationToken))).AsList();
    }

    public async Task<IReadOnlyList<string>> ListRetriesDueAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<string>(Sql.Command(ListRetriesDue, new { Now = now }, cancellationToken))).AsList();
    }

    /// <param name="jobId">Null lists the runs of all jobs.</param>
    public async Task<IReadOnlyList<JobRunRow>> ListRunsAsync(string? jobId, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<JobRunRow>(Sql.Command(
            ListRuns, new { JobId = jobId, Limit = limit }, cancellationToken))).AsList();
    }

    public async Task<bool> ReleaseAsync(string jobId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(Release, new { JobId = jobId, Now = now }, cancellationToken)) == 1;
    }

    public async Task<int> DeleteRunsBeforeAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(
            DeleteRunsBefore, new { Before = before, Limit = limit }, cancellationToken));
    }
}
