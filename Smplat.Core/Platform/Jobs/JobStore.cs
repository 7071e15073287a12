using System.Text.Json;
using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Platform.Jobs;

/// <summary>The job ledger.</summary>
public sealed class JobStore(NpgsqlDataSource database, TimeProvider clock)
{
    // Longer than any job's lease, in this version and those that may run beside it.
    private static readonly TimeSpan LongestLease = TimeSpan.FromHours(1);

    // At most one holder per job: the row lock serialises claimants, the lease and the spacing decide among them. Times that
    // lie further ahead than an honest clock writes them came from one that was wrong, and stop nobody.
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
            last_tick_at = @Now,
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

    // The next attempt of a waiting run goes to one claimant.
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

    // Returns no row when the lease was lost: the run must stop.
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

    // Fenced: only the holder may report a failure. With NextAttemptAt the run goes on waiting for its next attempt.
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

    // A stopped run gives its lease back and keeps its occurrence, so that the next tick takes it up.
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

    /// <summary>Repeated over a dropped connection: the row has a key.</summary>
    public Task WriteRunAsync(JobRunRow row, CancellationToken cancellationToken) => Transient.RepeatAsync(
        async token =>
        {
            await using var connection = await database.OpenConnectionAsync(token);
            return await connection.ExecuteAsync(Sql.Command(UpsertRun, row, token));
        },
        clock,
        cancellationToken);

    internal static string ToJson(IReadOnlyDictionary<string, object?> summary) => JsonSerializer.Serialize(summary);

    // Repeated over a dropped connection: the fence lets a report through once, a second one finds nothing to change.
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
        return Transient.RepeatAsync(
            async token =>
            {
                await using var connection = await database.OpenConnectionAsync(token);
                return await connection.ExecuteAsync(Sql.Command(statement, report, token)) == 1;
            },
            clock,
            cancellationToken);
    }
}
