using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Fulfillment;

/// <summary>
/// Table <c>fulfillment_tasks</c> as a queue, with its claims (<c>fulfillment_claim</c>) and failed attempts
/// (<c>fulfillment_task_failure</c>). Every write of a worker is fenced by owner and attempt: a worker that lost its lease
/// changes nothing.
/// </summary>
public sealed class TaskQueueStore(NpgsqlDataSource database)
{
    private static readonly TimeSpan LongestLease = TimeSpan.FromSeconds(FulfillmentOptions.MaxLeaseSeconds);

    // A position in an item's plan is filled once; creating the tasks again changes nothing.
    private const string InsertTasks =
        """
        insert into fulfillment_tasks
            (id, order_item_id, ordinal, task_type, title, description, payload, max_retries, scheduled_at, due_at, traceparent)
        values
            (@Id, @OrderItemId, @Ordinal, @TaskType, @Title, @Description, @Payload::jsonb, @MaxRetries, @ScheduledAt, @DueAt,
             @Traceparent)
        on conflict on constraint fulfillment_tasks_ordinal do nothing
        """;

    // A task has one owner at a time. Tasks of orders on hold are not in the index at all. The claim records the pending
    // roll-up of its orders in the same commit.
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
        pending_rollup as (
            insert into fulfillment_claim (id, owner, order_item_ids, expires_at)
            select @ClaimId, @Owner, array_agg(distinct order_item_id), @LeaseUntil
            from claimed
            having count(*) > 0
        )
        select id, order_item_id, task_type, title, payload::text, retry_count, max_retries, attempt, traceparent, scheduled_at
        from claimed
        """;

    // Returns the attempts that are still ours; a missing one has been taken over.
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

    // Restores the state before the claim: it counts neither as an attempt nor as a first response.
    private const string GiveBack =
        """
        update fulfillment_tasks
        set status = 'pending', lease_owner = null, lease_expires_at = null, started_at = null, updated_at = @Now,
            first_started_at = nullif(first_started_at, started_at)
        from unnest(@Ids, @Attempts) as held_now (id, attempt)
        where fulfillment_tasks.id = held_now.id and fulfillment_tasks.attempt = held_now.attempt
            and lease_owner = @Owner
        """;

    // Like a task given back, but not due before the given time.
    private const string Postpone =
        """
        update fulfillment_tasks
        set status = 'pending', scheduled_at = @Until, lease_owner = null, lease_expires_at = null, started_at = null,
            updated_at = @Now, first_started_at = nullif(first_started_at, started_at)
        where id = @Id and attempt = @Attempt and lease_owner = @Owner
        """;

    private const string DeleteClaims = "delete from fulfillment_claim where id = any(@ClaimIds)";

    private const string Retry =
        """
        update fulfillment_tasks
        set status = 'pending', retry_count = retry_count + 1, error_message = @Error, result = null,
            started_at = null, completed_at = null, scheduled_at = @RetryAt,
            lease_owner = null, lease_expires_at = null, updated_at = @Now
        where id = @Id and attempt = @Attempt and lease_owner = @Owner
        """;

    // retry_count stays the number of retries that really happened.
    private const string DeadLetter =
        """
        update fulfillment_tasks
        set status = 'failed', error_message = @Error, completed_at = @Now,
            result = jsonb_build_object('dead_letter', true, 'retry_count', retry_count, 'max_retries', max_retries),
            lease_owner = null, lease_expires_at = null, updated_at = @Now
        where id = @Id and attempt = @Attempt and lease_owner = @Owner
        """;

    private const string InsertFailure =
        """
        insert into fulfillment_task_failure (task_id, attempt, outcome, is_permanent, error, retry_at, failed_at)
        values (@Id, @Attempt, @Outcome, @IsPermanent, @Error, @RetryAt, @Now)
        """;

    private const string FindOrder =
        """
        select o.id, o.order_number, o.user_id
        from order_items item
        join orders o on o.id = item.order_id
        where item.id = @OrderItemId
        """;

    // Only an expired lease frees a task. A task that was rescued too often becomes a dead letter, in case it is what crashes the
    // workers; from its second takeover on it waits behind the tasks that are due, so that it does not hold them up.
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
                scheduled_at = case when task.rescues > 0 then greatest(task.scheduled_at, @Now) else task.scheduled_at end,
                started_at = case when task.rescues >= @MaxRescues then task.started_at end,
                lease_owner = null, lease_expires_at = null, updated_at = @Now
            from expired
            where task.id = expired.id
            returning task.id, task.order_item_id, task.task_type, task.rescues, task.status, task.attempt
        ),
        recorded as (
            insert into fulfillment_task_failure (task_id, attempt, outcome, error, failed_at)
            select id, attempt, case status when 'failed' then 'dead_letter' else 'rescue' end, @Error, @Now
            from rescued
        )
        select id, order_item_id, task_type, rescues, status
        from rescued
        """;

    // One other worker takes over the pending roll-ups of a crashed worker's claim.
    private const string TakeOverClaims =
        """
        with expired as (
            select id
            from fulfillment_claim
            where expires_at <= @Now or expires_at > @Implausible
            order by expires_at
            limit @Limit
            for update skip locked
        )
        update fulfillment_claim claim
        set owner = @Owner, expires_at = @LeaseUntil
        from expired
        where claim.id = expired.id
        returning claim.id, claim.order_item_ids
        """;

    /// <returns>The number of new tasks.</returns>
    public Task<int> InsertAsync(
        IReadOnlyList<PlannedTask> tasks, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(InsertTasks, tasks, cancellationToken, transaction));

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

    /// <summary>Which of these attempts are recorded as completed.</summary>
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

    /// <returns>False when the task was no longer this owner's.</returns>
    public async Task<bool> PostponeAsync(
        ClaimedTask task, string owner, TimeSpan wait, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(
            Postpone, new { task.Id, task.Attempt, Owner = owner, Until = now + wait, Now = now }, cancellationToken)) == 1;
    }

    /// <summary>The orders of these claims are rolled up; nothing is pending any more.</summary>
    public async Task DeleteClaimsAsync(Guid[] claimIds, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(DeleteClaims, new { ClaimIds = claimIds }, cancellationToken));
    }

    /// <param name="retryAt">Null makes the task a dead letter.</param>
    /// <returns>False when the task was no longer this owner's.</returns>
    public async Task<bool> RecordFailureAsync(
        ClaimedTask task,
        string owner,
        string error,
        bool isPermanent,
        DateTimeOffset? retryAt,
        DateTimeOffset now,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        var parameters = new
        {
            task.Id,
            task.Attempt,
            Owner = owner,
            Error = error,
            IsPermanent = isPermanent,
            Outcome = retryAt is null ? "dead_letter" : "retry",
            RetryAt = retryAt,
            Now = now,
        };
        var connection = transaction.Connection!;
        var changed = await connection.ExecuteAsync(Sql.Command(
            retryAt is null ? DeadLetter : Retry, parameters, cancellationToken, transaction));
        if (changed == 0)
        {
            return false;
        }

        await connection.ExecuteAsync(Sql.Command(InsertFailure, parameters, cancellationToken, transaction));
        return true;
    }

    /// <summary>The order that an item belongs to; null when the item is gone.</summary>
    public Task<TaskOrder?> FindOrderAsync(
        Guid orderItemId, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<TaskOrder>(Sql.Command(
            FindOrder, new { OrderItemId = orderItemId }, cancellationToken, transaction));

    public async Task<IReadOnlyList<RescuedTask>> RescueExpiredAsync(
        int maxRescues, int limit, string error, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<RescuedTask>(Sql.Command(
            RescueExpired,
            new { MaxRescues = maxRescues, Limit = limit, Error = error, Now = now, Implausible = Lease.Implausible(now, LongestLease) },
            cancellationToken))).AsList();
    }

    /// <summary>Takes over the pending roll-ups of crashed workers.</summary>
    public async Task<IReadOnlyList<PendingRollup>> TakeOverClaimsAsync(
        string owner, int limit, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<PendingRollup>(Sql.Command(
            TakeOverClaims,
            new { Owner = owner, Limit = limit, Now = now, LeaseUntil = now + lease, Implausible = Lease.Implausible(now, LongestLease) },
            cancellationToken))).AsList();
    }

    // Always in the same order, so that statements about the same tasks cannot deadlock.
    private static Guid[] Ids(IReadOnlyCollection<ClaimedTask> tasks) => [.. Ordered(tasks).Select(task => task.Id)];

    private static int[] Attempts(IReadOnlyCollection<ClaimedTask> tasks) => [.. Ordered(tasks).Select(task => task.Attempt)];

    private static IOrderedEnumerable<ClaimedTask> Ordered(IReadOnlyCollection<ClaimedTask> tasks) =>
        tasks.OrderBy(task => task.Id).ThenBy(task => task.Attempt);
}

/// <summary>A task whose worker stopped responding.</summary>
/// <param name="Status"><c>pending</c> again, or <c>failed</c> when it was rescued too often.</param>
public sealed record RescuedTask(Guid Id, Guid OrderItemId, string TaskType, int Rescues, string Status);

/// <summary>A claim whose orders still have to be rolled up.</summary>
public sealed record PendingRollup
{
    public required Guid Id { get; init; }

    public required Guid[] OrderItemIds { get; init; }
}

/// <summary>The order that a task belongs to, as far as messages need it.</summary>
public sealed record TaskOrder
{
    public required Guid Id { get; init; }

    public required string OrderNumber { get; init; }

    public Guid? UserId { get; init; }
}
