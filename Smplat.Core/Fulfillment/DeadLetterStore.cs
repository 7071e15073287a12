using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Fulfillment;

/// <summary>Dead letters: failed rows of <c>fulfillment_tasks</c>, and <c>fulfillment_task_action</c>.</summary>
public sealed class DeadLetterStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        task.id as task_id, task.task_type, task.title, task.order_item_id, o.id as order_id, o.order_number,
        o.status as order_status, task.error_message, task.retry_count, task.max_retries, task.attempt, task.rescues, task.replays,
        task.completed_at as failed_at, task.scheduled_at, task.created_at
        """;

    private const string Source =
        """
        from fulfillment_tasks task
        join order_items item on item.id = task.order_item_id
        join orders o on o.id = item.order_id
        """;

    private const string Matches =
        """
        task.status = 'failed'
            and (@TaskType::text is null or task.task_type = @TaskType)
            and (@OrderId::uuid is null or o.id = @OrderId)
            and (@ErrorContains::text is null or position(lower(@ErrorContains) in lower(task.error_message)) > 0)
            and (@Since::timestamptz is null or task.completed_at >= @Since)
            and (@Before::timestamptz is null or task.completed_at < @Before)
        """;

    private const string ListNewest =
        $"""
        select {Columns}
        {Source}
        where {Matches}
        order by task.completed_at desc, task.id
        limit @Limit
        """;

    private const string ListOldestReplayable =
        $"""
        select task.id
        {Source}
        where {Matches} and o.status <> 'canceled'
        order by task.completed_at, task.id
        limit @Limit
        """;

    private const string CountReplayable = $"select count(*) {Source} where {Matches} and o.status <> 'canceled'";

    private const string Find = $"select {Columns} {Source} where task.id = @TaskId and task.status = 'failed'";

    private const string ListAttempts =
        """
        select attempt, outcome, is_permanent, error, retry_at, failed_at
        from fulfillment_task_failure
        where task_id = @TaskId
        order by id
        """;

    private const string ListActions =
        """
        select action, actor, reason, error_before, retry_count_before, acted_at
        from fulfillment_task_action
        where task_id = @TaskId
        order by id
        """;

    // Locks the order before the task, as everywhere, so that two callers cannot deadlock.
    private const string LockTask =
        """
        select task.id as task_id, task.status, o.id as order_id, o.status as order_status
        from fulfillment_tasks task
        join order_items item on item.id = task.order_item_id
        join orders o on o.id = item.order_id
        where task.id = @TaskId
        for update of o, task
        """;

    private const string RecordAction =
        """
        insert into fulfillment_task_action (task_id, action, actor, reason, error_before, retry_count_before, acted_at)
        select id, @Action, @Actor, @Reason, error_message, retry_count, @Now
        from fulfillment_tasks
        where id = @TaskId
        """;

    // All retries are available again, and the task is due now. Its promised due time stays.
    private const string Replay =
        """
        update fulfillment_tasks
        set status = 'pending', retry_count = 0, rescues = 0, replays = replays + 1, error_message = null, result = null,
            started_at = null, completed_at = null, scheduled_at = @Now, held = @Held, updated_at = @Now
        where id = @TaskId and status = 'failed'
        """;

    private const string Discard =
        """
        update fulfillment_tasks
        set status = 'cancelled', updated_at = @Now
        where id = @TaskId and status = 'failed'
        """;

    private const string IsHeld = "select held from fulfillment_tasks where id = @TaskId";

    public async Task<IReadOnlyList<DeadLetter>> ListAsync(DeadLetterFilter filter, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<DeadLetter>(Sql.Command(ListNewest, filter, cancellationToken))).AsList();
    }

    public async Task<IReadOnlyList<Guid>> ListReplayableAsync(DeadLetterFilter filter, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Guid>(Sql.Command(ListOldestReplayable, filter, cancellationToken))).AsList();
    }

    public async Task<long> CountReplayableAsync(DeadLetterFilter filter, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(Sql.Command(CountReplayable, filter, cancellationToken));
    }

    public async Task<DeadLetterDetails?> FindAsync(Guid taskId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var parameters = new { TaskId = taskId };
        var task = await connection.QuerySingleOrDefaultAsync<DeadLetter>(Sql.Command(Find, parameters, cancellationToken));
        if (task is null)
        {
            return null;
        }

        var attempts = await connection.QueryAsync<FailedAttempt>(Sql.Command(ListAttempts, parameters, cancellationToken));
        var actions = await connection.QueryAsync<OperatorAction>(Sql.Command(ListActions, parameters, cancellationToken));
        return new(task, attempts.AsList(), actions.AsList());
    }

    public Task<LockedTask?> LockAsync(Guid taskId, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<LockedTask>(Sql.Command(
            LockTask, new { TaskId = taskId }, cancellationToken, transaction));

    /// <param name="action"><c>replay</c> or <c>discard</c>.</param>
    public async Task ApplyAsync(
        Guid taskId,
        string action,
        HandleDeadLetter command,
        bool held,
        DateTimeOffset now,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        var parameters = new { TaskId = taskId, Action = action, command.Actor, command.Reason, Held = held, Now = now };
        var connection = transaction.Connection!;
        await connection.ExecuteAsync(Sql.Command(RecordAction, parameters, cancellationToken, transaction));
        await connection.ExecuteAsync(Sql.Command(
            action == "replay" ? Replay : Discard, parameters, cancellationToken, transaction));
    }

    public Task<bool> IsHeldAsync(Guid taskId, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteScalarAsync<bool>(Sql.Command(
            IsHeld, new { TaskId = taskId }, cancellationToken, transaction));
}
