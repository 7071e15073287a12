using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Fulfillment;

/// <summary>The queue side of <c>fulfillment_tasks</c>: claim, renew, complete, postpone, give back.</summary>
public sealed class TaskQueueStore(NpgsqlDataSource database)
{
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

    // Back to where they were before the claim; no attempt is held against them, and none counts as a first response.
    private const string GiveBack =
        """
        update fulfillment_tasks
        set status = 'pending', lease_owner = null, lease_expires_at = null, started_at = null, updated_at = @Now,
            first_started_at = nullif(first_started_at, started_at)
        from unnest(@Ids, @Attempts) as held_now (id, attempt)
        where fulfillment_tasks.id = held_now.id and fulfillment_tasks.attempt = held_now.attempt
            and lease_owner = @Owner
        """;

    // Like a task given back, but it is not due before the time given. Fenced by owner and attempt.
    private const string Postpone =
        """
        update fulfillment_tasks
        set status = 'pending', scheduled_at = @Until, lease_owner = null, lease_expires_at = null, started_at = null,
            updated_at = @Now, first_started_at = nullif(first_started_at, started_at)
        where id = @Id and attempt = @Attempt and lease_owner = @Owner
        """;

    private const string Settle = "delete from fulfillment_claim where id = any(@ClaimIds)";

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

    /// <returns>False when the task was no longer this owner's.</returns>
    public async Task<bool> PostponeAsync(
        ClaimedTask task, string owner, TimeSpan wait, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(
            Postpone, new { task.Id, task.Attempt, Owner = owner, Until = now + wait, Now = now }, cancellationToken)) == 1;
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
