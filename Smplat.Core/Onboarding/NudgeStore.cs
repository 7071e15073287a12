using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Onboarding;

/// <summary>Finds the tasks that clients should be reminded of.</summary>
public sealed class NudgeStore(NpgsqlDataSource database)
{
    // All due tasks of the journeys that have been idle the longest, so that the limit neither starves nor splits a journey.
    // A task is overdue as soon as its due date has passed. No nudge repeats one of the same task and reason during the cooldown.
    private const string ListDue =
        """
        with touched as (
            select j.id as journey_id, j.order_id, o.order_number, o.user_id, t.id as task_id, t.slug as task_slug,
                t.title as task_title, t.sort_order, t.due_at, t.metadata ->> 'preferred_channel' as preferred_channel,
                greatest(t.updated_at, (select max(created_at) from onboarding_interactions i where i.task_id = t.id)) as last_touch_at,
                case when t.due_at < @Now then 'task_overdue' else 'task_idle' end as reason
            from onboarding_journeys j
            join onboarding_tasks t on t.journey_id = j.id
            join orders o on o.id = j.order_id
            where j.status in ('not_started', 'active', 'stalled')
                and t.status <> 'completed'
                and o.status <> 'canceled'
                and (@JourneyId::uuid is null or j.id = @JourneyId)
        ),
        due as (
            select *
            from touched
            where last_touch_at <= @IdleSince
                and not exists (
                    select 1
                    from onboarding_interactions i
                    where i.journey_id = touched.journey_id
                        and i.metadata -> 'nudge' ->> 'key' = touched.task_id || ':' || touched.reason
                        and i.created_at > @NudgedSince)
        ),
        longest_idle as (
            select journey_id, min(last_touch_at) as since
            from due
            group by journey_id
            order by since, journey_id
            limit @Limit
        )
        select journey_id, order_id, order_number, user_id, task_id, task_slug, task_title, due_at, preferred_channel,
            last_touch_at, reason
        from due
        join longest_idle using (journey_id)
        order by longest_idle.since, journey_id, sort_order
        """;

    /// <param name="journeyId">Only this journey; null for all.</param>
    public async Task<IReadOnlyList<NudgeOpportunity>> ListDueAsync(
        Guid? journeyId,
        DateTimeOffset now,
        TimeSpan idle,
        TimeSpan cooldown,
        int limit,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<NudgeOpportunity>(Sql.Command(
            ListDue,
            new { JourneyId = journeyId, Now = now, IdleSince = now - idle, NudgedSince = now - cooldown, Limit = limit },
            cancellationToken))).AsList();
    }
}
