using Dapper;
using Npgsql;
using Smplat.Core.Database;

namespace Smplat.Core.Fulfillment.Worker;

/// <summary>The queue side of <c>fulfillment_tasks</c>: claim, renew, complete, give back, rescue.</summary>
public sealed class TaskQueueStore(NpgsqlDataSource database)
{
    /// <summary>The longest lease that settings allow, with room for clocks that differ a little.</summary>
    private static readonly TimeSpan LongestLease = TimeSpan.FromSeconds(FulfillmentOptions.MaxLeaseSeconds) + TimeSpan.FromMinutes(5);

    // A task has one holder at a time. Tasks of orders on hold are not in the index at all. The claim's debt, a roll-up of
    // its orders, commits with it.
    private const string ClaimDue =
        """
        with due as (
            select ctid
            from fulfillment_tasks
            where status = 'pending' and not held and scheduled_at <= @Now
            order by scheduled_at, id
            limit @Limit
            for update skip locked
        ),
        claimed as (
            update fulfillment_tasks
            set status = 'in_progress', lease_owner = @Owner, lease_expires_at = @LeaseUntil, attempt = attempt + 1,
                started_at = @Now, first_started_at = coalesce(first_started_at, @Now), updated_at = @Now
            where ctid = any(array(select ctid from due))
            returning id, order_item_id, task_type, title, payload, retry_count, max_retries, attempt, traceparent, scheduled_at
        ),
        debt as (
            insert into fulfillment_claim (id, owner, order_item_ids, expires_at)
            select @ClaimId, @Owner, array_agg(distinct order_item_id), @LeaseUntil
            from claimed
            having count(*) > 0
        )
        select id, order_item_id, task_type, title, payload::text, retry_count, max_retries, attempt, traceparent, scheduled_at
        from claimed
        """;

    // Gives the attempts that are still ours; one that is missing has been taken over.
    private const string RenewLeases =
        """
        update fulfillment_tasks
        set lease_expires_at = @LeaseUntil
        from unnest(@Ids, @Attempts) as held_now (id, attempt)
        where fulfillment_tasks.id = held_now.id and fulfillment_tasks.attempt = held_now.attempt
            and lease_owner = @Owner
        returning fulfillment_tasks.id, fulfillment_tasks.attempt
        """;

    private const string RenewClaims =
        """
        update fulfillment_claim
        set expires_at = @LeaseUntil
        where id = any(@ClaimIds) and owner = @Owner
        """;

    // Fenced by owner and attempt: a worker that lost its lease changes nothing.
    private const string CompleteMany =
        """
        update fulfillment_tasks
        set status = 'completed', completed_at = @Now, result = done.result::jsonb, error_message = null,
            lease_owner = null, lease_expires_at = null, updated_at = @Now
        from unnest(@Ids, @Attempts, @Results) as done (id, attempt, result)
        where fulfillment_tasks.id = done.id and fulfillment_tasks.attempt = done.attempt
            and lease_owner = @Owner
        returning fulfillment_tasks.id
        """;

    // Fenced by owner and attempt: a worker that lost its lease changes nothing.
    private const string CompleteOne =
        """
        update fulfillment_tasks
        set status = 'completed', completed_at = @Now, result = @Result::jsonb, error_message = null,
            lease_owner = null, lease_expires_at = null, updated_at = @Now
        where id = @Id and attempt = @Attempt and lease_owner = @Owner
        """;

    private const string ListCompleted =
        """
        select task.id
        from fulfillment_tasks task
        join unnest(@Ids, @Attempts) as done (id, attempt) on done.id = task.id and done.attempt = task.attempt
        where task.status = 'completed'
        """;

    // Back to where they were before the claim; no attempt is held against them.
    private const string GiveBack =
        """
        update fulfillment_tasks
        set status = 'pending', lease_owner = null, lease_expires_at = null, started_at = null, updated_at = @Now
        from unnest(@Ids, @Attempts) as held_now (id, attempt)
        where fulfillment_tasks.id = held_now.id and fulfillment_tasks.attempt = held_now.attempt
            and lease_owner = @Owner
        """;

    // Only an expired lease frees a task, never elapsed time alone; one that ends later than any setting allows was written by
    // a clock that was ahead, and counts as expired. A task that outlived too many workers is given up, so that it cannot
    // kill them for ever.
    private const string RescueExpired =
        """
        with expired as (
            select id, case when lease_expires_at <= @Now then 1 else 0 end as deaths
            from fulfillment_tasks
            where status = 'in_progress' and (lease_expires_at <= @Now or lease_expires_at > @Implausible)
            order by lease_expires_at
            limit @Limit
            for update skip locked
        ),
        rescued as (
            update fulfillment_tasks task
            set status = case when task.rescues >= @MaxRescues then 'failed' else 'pending' end,
                rescues = task.rescues + expired.deaths,
                error_message = @Error,
                result = case when task.rescues >= @MaxRescues then jsonb_build_object(
                    'dead_letter', true, 'retry_count', task.retry_count, 'max_retries', task.max_retries) end,
                completed_at = case when task.rescues >= @MaxRescues then @Now end,
                started_at = case when task.rescues >= @MaxRescues then task.started_at end,
                lease_owner = null, lease_expires_at = null, updated_at = @Now
            from expired
            where task.id = expired.id
            returning task.id, task.order_item_id, task.task_type, task.rescues, task.status, task.attempt
        ),
        noted as (
            insert into fulfillment_task_failure (task_id, attempt, outcome, error, failed_at)
            select id, attempt, case status when 'failed' then 'dead_letter' else 'rescue' end, @Error, @Now
            from rescued
        )
        select id, order_item_id, task_type, rescues, status
        from rescued
        """;

    private const string Settle = "delete from fulfillment_claim where id = any(@ClaimIds)";

    // Debts of dead workers go to one heir each.
    private const string InheritClaims =
        """
        update fulfillment_claim
        set owner = @Owner, expires_at = @LeaseUntil
        where id in (
            select id
            from fulfillment_claim
            where expires_at <= @Now or expires_at > @Implausible
            order by expires_at
            limit @Limit
            for update skip locked)
        returning id, order_item_ids
        """;

    public async Task<IReadOnlyList<ClaimedTask>> ClaimDueAsync(
        Guid claimId, string owner, int limit, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<ClaimedTask>(Sql.Command(
            ClaimDue,
            new { ClaimId = claimId, Owner = owner, Limit = limit, Now = now, LeaseUntil = now + lease },
            cancellationToken))).AsList();
    }

    /// <returns>The attempts that are still this owner's.</returns>
    public async Task<IReadOnlySet<(Guid Id, int Attempt)>> RenewAsync(
        IReadOnlyCollection<ClaimedTask> tasks,
        Guid[] claimIds,
        string owner,
        DateTimeOffset now,
        TimeSpan lease,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var until = now + lease;
        await connection.ExecuteAsync(Sql.Command(
            RenewClaims, new { ClaimIds = claimIds, Owner = owner, LeaseUntil = until }, cancellationToken));
        var kept = await connection.QueryAsync<(Guid, int)>(Sql.Command(
            RenewLeases,
            new { Ids = Ids(tasks), Attempts = Attempts(tasks), Owner = owner, LeaseUntil = until },
            cancellationToken));
        return kept.ToHashSet();
    }

    /// <returns>The tasks that were still this owner's, and are completed now.</returns>
    public async Task<IReadOnlySet<Guid>> CompleteAsync(
        IReadOnlyList<FinishedTask> finished, string owner, DateTimeOffset now, CancellationToken cancellationToken)
    {
        FinishedTask[] ordered = [.. finished.OrderBy(entry => entry.Task.Id)];
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var completed = await connection.QueryAsync<Guid>(Sql.Command(
            CompleteMany,
            new
            {
                Ids = ordered.Select(entry => entry.Task.Id).ToArray(),
                Attempts = ordered.Select(entry => entry.Task.Attempt).ToArray(),
                Results = ordered.Select(entry => entry.Result).ToArray(),
                Owner = owner,
                Now = now,
            },
            cancellationToken));
        return completed.ToHashSet();
    }

    /// <returns>False when the task was no longer this owner's.</returns>
    public async Task<bool> CompleteAsync(
        FinishedTask finished, string owner, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(
            CompleteOne,
            new { finished.Task.Id, finished.Task.Attempt, finished.Result, Owner = owner, Now = now },
            cancellationToken)) == 1;
    }

    /// <summary>Which of these attempts are on record as completed.</summary>
    public async Task<IReadOnlySet<Guid>> ListCompletedAsync(
        IReadOnlyList<FinishedTask> finished, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Guid>(Sql.Command(
            ListCompleted,
            new
            {
                Ids = finished.Select(entry => entry.Task.Id).ToArray(),
                Attempts = finished.Select(entry => entry.Task.Attempt).ToArray(),
            },
            cancellationToken))).ToHashSet();
    }

    public async Task GiveBackAsync(
        IReadOnlyCollection<ClaimedTask> tasks, string owner, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(
            GiveBack, new { Ids = Ids(tasks), Attempts = Attempts(tasks), Owner = owner, Now = now }, cancellationToken));
    }

    public async Task<IReadOnlyList<RescuedTask>> RescueExpiredAsync(
        int maxRescues, int limit, string error, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<RescuedTask>(Sql.Command(
            RescueExpired,
            new { MaxRescues = maxRescues, Limit = limit, Error = error, Now = now, Implausible = now + LongestLease },
            cancellationToken))).AsList();
    }

    /// <summary>Takes over what dead workers' claims still owe.</summary>
    public async Task<IReadOnlyList<ClaimDebt>> InheritClaimsAsync(
        string owner, int limit, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<ClaimDebt>(Sql.Command(
            InheritClaims,
            new { Owner = owner, Limit = limit, Now = now, LeaseUntil = now + lease, Implausible = now + LongestLease },
            cancellationToken))).AsList();
    }

    /// <summary>The claims' orders are rolled up: nothing is owed any more.</summary>
    public async Task SettleAsync(Guid[] claimIds, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Settle, new { ClaimIds = claimIds }, cancellationToken));
    }

    // In one order everywhere, so that statements about the same tasks do not wait for each other in a circle.
    private static Guid[] Ids(IReadOnlyCollection<ClaimedTask> tasks) => [.. InOrder(tasks).Select(task => task.Id)];

    private static int[] Attempts(IReadOnlyCollection<ClaimedTask> tasks) => [.. InOrder(tasks).Select(task => task.Attempt)];

    private static IOrderedEnumerable<ClaimedTask> InOrder(IReadOnlyCollection<ClaimedTask> tasks) =>
        tasks.OrderBy(task => task.Id).ThenBy(task => task.Attempt);
}
