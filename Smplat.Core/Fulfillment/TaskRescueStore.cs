using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Fulfillment;

/// <summary>What dead workers leave behind: their tasks, and the roll-ups that their claims owe.</summary>
public sealed class TaskRescueStore(NpgsqlDataSource database)
{
    private static readonly TimeSpan LongestLease = TimeSpan.FromSeconds(FulfillmentOptions.MaxLeaseSeconds);

    // Only an expired lease frees a task. A task that outlived too many workers is given up, so that it cannot go on killing them.
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

    // The pending roll-ups of a crashed worker's claim go to one other worker.
    private const string InheritClaims =
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

    public async Task<IReadOnlyList<RescuedTask>> RescueExpiredAsync(
        int maxRescues, int limit, string error, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<RescuedTask>(Sql.Command(
            RescueExpired,
            new { MaxRescues = maxRescues, Limit = limit, Error = error, Now = now, Implausible = Lease.Implausible(now, LongestLease) },
            cancellationToken))).AsList();
    }

    /// <summary>Takes over what dead workers' claims still owe.</summary>
    public async Task<IReadOnlyList<ClaimDebt>> InheritClaimsAsync(
        string owner, int limit, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<ClaimDebt>(Sql.Command(
            InheritClaims,
            new { Owner = owner, Limit = limit, Now = now, LeaseUntil = now + lease, Implausible = Lease.Implausible(now, LongestLease) },
            cancellationToken))).AsList();
    }
}
