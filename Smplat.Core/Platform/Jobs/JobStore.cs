using System.Text.Json;
using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Platform.Jobs;

/// <summary>The job ledger: one row of state per job (<c>job_state</c>) and one row per run (<c>job_run</c>).</summary>
public sealed class JobStore(NpgsqlDataSource database, TimeProvider clock)
{
    // Longer than the lease of any job, in this version and in those that may run beside it.
    private static readonly TimeSpan LongestLease = TimeSpan.FromHours(1);

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

    // At most one holder per job: the row lock serialises claimants, the lease and the spacing decide which one gets it. Times
    // further in the future than a correct clock could write came from a wrong clock, and block nobody.
    private const string ClaimRun =
        """
        with before as (
            select job_id, run_id, run_triggered_by, locked_by, locked_until, last_started_at
            from job_state
            where job_id = @JobId
                and (locked_until is null or locked_until <= @Now or locked_until > @Implausible)
                and (next_attempt_at is null or @IgnoreSpacing)
                and (@IgnoreSpacing or last_slot_at is null or last_slot_at + @Spacing <= @Now
                    or last_slot_at > @Now + interval '5 minutes')
            for update
        )
        update job_state state
        set locked_by = @Owner,
            locked_until = @Now + @Lease,
            run_id = @RunId,
            run_triggered_by = @TriggeredBy,
            attempt = 1,
            next_attempt_at = null,
            last_slot_at = case when @IgnoreSpacing then state.last_slot_at else @Now end,
            last_started_at = @Now,
            last_tick_at = case when @IgnoreSpacing then state.last_tick_at else @Now end,
            runs = state.runs + 1,
            attempt_failures = state.attempt_failures + (case when before.locked_by is null then 0 else 1 end),
            updated_at = @Now
        from before
        where state.job_id = before.job_id
        returning state.run_id, state.run_triggered_by as triggered_by, state.attempt, state.last_started_at as started_at,
            case when before.locked_by is not null then before.run_id end as abandoned_run_id,
            before.locked_by as abandoned_owner,
            before.run_triggered_by as abandoned_triggered_by,
            before.last_started_at as abandoned_started_at
        """;

    // Only one claimant gets the next attempt of a waiting run.
    private const string ClaimRetry =
        """
        update job_state
        set locked_by = @Owner,
            locked_until = @Now + @Lease,
            attempt = attempt + 1,
            next_attempt_at = null,
            retries = retries + 1,
            last_started_at = @Now,
            updated_at = @Now
        where job_id = @JobId
            and next_attempt_at <= @Now
            and (locked_until is null or locked_until <= @Now or locked_until > @Implausible)
        returning run_id, run_triggered_by as triggered_by, attempt, last_started_at as started_at
        """;

    // Changes no row when the lease was lost: the run must stop.
    private const string RenewLease =
        """
        update job_state
        set locked_until = @Now + @Lease
        where job_id = @JobId and locked_by = @Owner and run_id = @RunId
        """;

    // Fenced: only the holder may report success.
    private const string RecordSuccess =
        """
        update job_state
        set locked_by = null, locked_until = null, run_id = null, attempt = 0,
            success = success + 1,
            consecutive_failures = 0,
            consecutive_run_failures = 0,
            last_error = null,
            last_error_at = null,
            runtime_seconds = runtime_seconds + @Seconds,
            last_completed_at = @Now,
            last_success_at = @Now,
            updated_at = @Now
        where job_id = @JobId and locked_by = @Owner and run_id = @RunId
        """;

    // Fenced: only the holder may report a failure. With NextAttemptAt the run waits for its next attempt.
    private const string RecordFailure =
        """
        update job_state
        set locked_by = null, locked_until = null,
            next_attempt_at = @NextAttemptAt,
            run_id = case when @NextAttemptAt::timestamptz is null then null else run_id end,
            attempt = case when @NextAttemptAt::timestamptz is null then 0 else attempt end,
            attempt_failures = attempt_failures + 1,
            consecutive_failures = consecutive_failures + 1,
            run_failures = run_failures + (case when @NextAttemptAt::timestamptz is null then 1 else 0 end),
            consecutive_run_failures =
                consecutive_run_failures + (case when @NextAttemptAt::timestamptz is null then 1 else 0 end),
            runtime_seconds = runtime_seconds + @Seconds,
            last_completed_at = @Now,
            last_error = @Error,
            last_error_at = @Now,
            updated_at = @Now
        where job_id = @JobId and locked_by = @Owner and run_id = @RunId
        """;

    // A stopped run releases its lease and its occurrence, so that the next tick runs it.
    private const string GiveBack =
        """
        update job_state
        set locked_by = null, locked_until = null, run_id = null, attempt = 0, last_slot_at = null, updated_at = @Now
        where job_id = @JobId and locked_by = @Owner and run_id = @RunId
        """;

    private const string UpsertRun =
        """
        insert into job_run (id, job_id, triggered_by, status, attempt, owner, started_at, completed_at, summary, error, trace_id)
        values (@Id, @JobId, @TriggeredBy, @Status, @Attempt, @Owner, @StartedAt, @CompletedAt, @Summary::jsonb, @Error, @TraceId)
        on conflict (id) do update
        set status = excluded.status,
            attempt = excluded.attempt,
            owner = excluded.owner,
            completed_at = excluded.completed_at,
            summary = excluded.summary,
            error = excluded.error,
            trace_id = excluded.trace_id
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

    // Requested by an operator: a run that holds the job loses its lease and stops at its next renewal.
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

    public async Task<JobClaim?> ClaimRunAsync(
        IJob job, string owner, string triggeredBy, bool ignoreSpacing, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<JobClaim>(Sql.Command(
            ClaimRun,
            new
            {
                JobId = job.Definition.Id,
                Owner = owner,
                TriggeredBy = triggeredBy,
                RunId = Guid.CreateVersion7(now),
                IgnoreSpacing = ignoreSpacing,
                job.Spacing,
                job.Definition.Lease,
                Now = now,
                Implausible = Lease.Implausible(now, LongestLease),
            },
            cancellationToken));
    }

    public async Task<JobClaim?> ClaimRetryAsync(
        IJob job, string owner, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<JobClaim>(Sql.Command(
            ClaimRetry,
            new
            {
                JobId = job.Definition.Id,
                Owner = owner,
                job.Definition.Lease,
                Now = now,
                Implausible = Lease.Implausible(now, LongestLease),
            },
            cancellationToken));
    }

    public async Task<bool> RenewLeaseAsync(
        IJob job, JobClaim claim, string owner, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(
            RenewLease,
            new { JobId = job.Definition.Id, claim.RunId, Owner = owner, job.Definition.Lease, Now = now },
            cancellationToken)) == 1;
    }

    public Task<bool> RecordSuccessAsync(
        IJob job, JobClaim claim, string owner, DateTimeOffset now, CancellationToken cancellationToken) =>
        ExecuteFencedAsync(RecordSuccess, job, claim, owner, null, null, now, cancellationToken);

    public Task<bool> RecordFailureAsync(
        IJob job,
        JobClaim claim,
        string owner,
        string error,
        DateTimeOffset? nextAttemptAt,
        DateTimeOffset now,
        CancellationToken cancellationToken) =>
        ExecuteFencedAsync(RecordFailure, job, claim, owner, error, nextAttemptAt, now, cancellationToken);

    public Task<bool> GiveBackAsync(
        IJob job, JobClaim claim, string owner, DateTimeOffset now, CancellationToken cancellationToken) =>
        ExecuteFencedAsync(GiveBack, job, claim, owner, null, null, now, cancellationToken);

    /// <summary>Retried after a dropped connection; the key makes it idempotent.</summary>
    public Task WriteRunAsync(JobRunRow row, CancellationToken cancellationToken) => Sql.RetryAsync(
        async token =>
        {
            await using var connection = await database.OpenConnectionAsync(token);
            return await connection.ExecuteAsync(Sql.Command(UpsertRun, row, token));
        },
        clock,
        cancellationToken);

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

    internal static string ToJson(IReadOnlyDictionary<string, object?> summary) => JsonSerializer.Serialize(summary);

    // Retried after a dropped connection: the fence accepts a report only once, so a repetition changes nothing.
    private Task<bool> ExecuteFencedAsync(
        string statement,
        IJob job,
        JobClaim claim,
        string owner,
        string? error,
        DateTimeOffset? nextAttemptAt,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var report = new
        {
            JobId = job.Definition.Id,
            claim.RunId,
            Owner = owner,
            Error = error,
            NextAttemptAt = nextAttemptAt,
            Seconds = (now - claim.StartedAt).TotalSeconds,
            Now = now,
        };
        return Sql.RetryAsync(
            async token =>
            {
                await using var connection = await database.OpenConnectionAsync(token);
                return await connection.ExecuteAsync(Sql.Command(statement, report, token)) == 1;
            },
            clock,
            cancellationToken);
    }
}

/// <summary>A successful claim: the attempt to run, and the run that a crashed holder left behind, if any.</summary>
public sealed record JobClaim
{
    public required Guid RunId { get; init; }

    public required string TriggeredBy { get; init; }

    public required int Attempt { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public Guid? AbandonedRunId { get; init; }

    public string? AbandonedOwner { get; init; }

    public string? AbandonedTriggeredBy { get; init; }

    public DateTimeOffset? AbandonedStartedAt { get; init; }
}

/// <summary>The state and the counters of one job; the same on every instance.</summary>
public sealed record JobState
{
    public required string JobId { get; init; }

    public DateTimeOffset? LastTickAt { get; init; }

    public int Attempt { get; init; }

    public DateTimeOffset? NextAttemptAt { get; init; }

    public string? LockedBy { get; init; }

    public DateTimeOffset? LockedUntil { get; init; }

    public long Runs { get; init; }

    public long Success { get; init; }

    public long RunFailures { get; init; }

    public long AttemptFailures { get; init; }

    public long Retries { get; init; }

    /// <summary>Failed attempts since the last success.</summary>
    public int ConsecutiveFailures { get; init; }

    /// <summary>Runs that failed with all their attempts since the last success.</summary>
    public int ConsecutiveRunFailures { get; init; }

    public double RuntimeSeconds { get; init; }

    public DateTimeOffset? LastStartedAt { get; init; }

    public DateTimeOffset? LastCompletedAt { get; init; }

    public DateTimeOffset? LastSuccessAt { get; init; }

    public DateTimeOffset? LastErrorAt { get; init; }

    public string? LastError { get; init; }
}

/// <summary>A finished or retrying run in the ledger.</summary>
public sealed record JobRunRow
{
    public required Guid Id { get; init; }

    public required string JobId { get; init; }

    public required string TriggeredBy { get; init; }

    /// <summary><c>completed</c>, <c>retrying</c>, <c>failed</c> or <c>abandoned</c>.</summary>
    public required string Status { get; init; }

    public int Attempt { get; init; }

    public required string Owner { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>JSON object of the run's summary.</summary>
    public required string Summary { get; init; }

    public string? Error { get; init; }

    /// <summary>Trace id of its last attempt, as in spans and log lines; null for a run whose process crashed.</summary>
    public string? TraceId { get; init; }
}
