using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Fulfillment;

/// <summary>The failing side of <c>fulfillment_tasks</c>, with the history of failed attempts.</summary>
public sealed class TaskFailureStore
{
    // Fenced by owner and attempt: a worker that lost its lease changes nothing.
    private const string PutBack =
        """
        update fulfillment_tasks
        set status = 'pending', retry_count = retry_count + 1, error_message = @Error, result = null,
            started_at = null, completed_at = null, scheduled_at = @RetryAt,
            lease_owner = null, lease_expires_at = null, updated_at = @Now
        where id = @Id and attempt = @Attempt and lease_owner = @Owner
        """;

    // Fenced likewise. retry_count stays the number of retries that really happened.
    private const string GiveUp =
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

    /// <param name="retryAt">Null gives the task up.</param>
    /// <returns>False when the task was no longer this owner's.</returns>
    public async Task<bool> RecordAsync(
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
            retryAt is null ? GiveUp : PutBack, parameters, cancellationToken, transaction));
        if (changed == 0)
        {
            return false;
        }

        await connection.ExecuteAsync(Sql.Command(InsertFailure, parameters, cancellationToken, transaction));
        return true;
    }

    /// <summary>Whose order a task works for; null when the item is gone.</summary>
    public Task<TaskOrder?> FindOrderAsync(
        Guid orderItemId, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<TaskOrder>(Sql.Command(
            FindOrder, new { OrderItemId = orderItemId }, cancellationToken, transaction));
}
