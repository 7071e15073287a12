using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Onboarding;

/// <summary>Marks journeys as stalled.</summary>
public sealed class StalledJourneyStore(NpgsqlDataSource database)
{
    // Status and event change together; journeys that somebody holds are left for the next run.
    private const string MarkStalled =
        """
        with stuck as (
            select j.id, j.order_id
            from onboarding_journeys j
            join orders o on o.id = j.order_id
            where j.status = 'active'
                and o.status = 'pending'
                and j.started_at <= @StartedBefore
                and not exists (select 1 from onboarding_tasks t where t.journey_id = j.id and t.status <> 'pending')
            order by j.started_at, j.id
            limit @Limit
            for update of j skip locked
        ),
        marked as (
            update onboarding_journeys
            set status = 'stalled', updated_at = @Now
            from stuck
            where onboarding_journeys.id = stuck.id
            returning onboarding_journeys.id, stuck.order_id
        )
        insert into onboarding_journey_events (
            id, journey_id, order_id, event_type, status_before, status_after, metadata, occurred_at)
        select gen_random_uuid(), id, order_id, 'task_status_changed', 'active', 'stalled',
            '{"auto_reason":"pending_order"}', @Now
        from marked
        """;

    public async Task<int> MarkAsync(
        DateTimeOffset startedBefore, DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(
            MarkStalled, new { StartedBefore = startedBefore, Now = now, Limit = limit }, cancellationToken));
    }
}
