using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Fulfillment;

/// <summary>New rows of <c>fulfillment_tasks</c>.</summary>
public sealed class TaskCreationStore
{
    // A place in an item's plan is taken once; creating again changes nothing.
    private const string Insert =
        """
        insert into fulfillment_tasks
            (id, order_item_id, ordinal, task_type, title, description, payload, max_retries, scheduled_at, due_at, traceparent)
        values
            (@Id, @OrderItemId, @Ordinal, @TaskType, @Title, @Description, @Payload::jsonb, @MaxRetries, @ScheduledAt, @DueAt,
             @Traceparent)
        on conflict on constraint fulfillment_tasks_ordinal do nothing
        """;

    /// <returns>How many are new.</returns>
    public Task<int> InsertAsync(
        IReadOnlyList<PlannedTask> tasks, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(Insert, tasks, cancellationToken, transaction));
}
