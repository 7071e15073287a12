using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Analytics;

/// <summary>Reads experiment events and conversions from onboarding events and orders.</summary>
public sealed class ExperimentStore(NpgsqlDataSource database)
{
    // One row per entry, so that a limit falls between rows and the next page continues exactly there.
    private const string Flattened =
        """
        select e.id as event_id, e.journey_id, e.order_id, o.order_number, e.occurred_at as recorded_at, entry.place::integer as position,
            entry.value ->> 'slug' as slug, entry.value ->> 'variant_key' as variant_key, entry.value ->> 'variant_name' as variant_name,
            (entry.value ->> 'is_control')::boolean as is_control, entry.value ->> 'assignment_strategy' as assignment_strategy,
            entry.value ->> 'status' as status, entry.value ->> 'feature_flag_key' as feature_flag_key,
            o.total as order_total, o.currency as order_currency, o.loyalty_projection_points
        from onboarding_journey_events e
        join orders o on o.id = e.order_id
        cross join lateral jsonb_array_elements(e.metadata -> 'experiments') with ordinality as entry (value, place)
        where e.event_type = 'pricing_experiment_segment'
        """;

    private const string ListNewest =
        $"""
        {Flattened}
            and (@At::timestamptz is null or e.occurred_at <= @At)
            and (@At::timestamptz is null or (e.occurred_at, e.id, entry.place) < (@At, @EventId, @Position))
        order by e.occurred_at desc, e.id desc, entry.place desc
        limit @Limit
        """;

    // Forward: rows at or after the settled time are left for the next export, so a late commit is not skipped.
    private const string ListAfter =
        $"""
        {Flattened}
            and e.occurred_at < @Settled
            and (@At::timestamptz is null or e.occurred_at >= @At)
            and (@At::timestamptz is null or (e.occurred_at, e.id, entry.place) > (@At, @EventId, @Position))
        order by e.occurred_at, e.id, entry.place
        limit @Limit
        """;

    // A journey counts once per experiment, whatever variants it saw; of several currencies, the largest sum is
    // returned.
    private const string Conversions =
        """
        with seen as (
            select s.slug, s.journey_id, j.order_id, max(s.recorded_at) as recorded_at
            from onboarding_pricing_segment s
            join onboarding_journeys j on j.id = s.journey_id
            group by s.slug, s.journey_id, j.order_id
        ),
        by_currency as (
            select seen.slug, coalesce(o.currency, 'USD') as currency, sum(o.total) as total
            from seen
            join orders o on o.id = seen.order_id
            group by seen.slug, coalesce(o.currency, 'USD')
        ),
        largest as (
            select distinct on (slug) slug, currency, total
            from by_currency
            order by slug, total desc, currency
        )
        select seen.slug, count(distinct seen.order_id) as order_count, count(distinct seen.journey_id) as journey_count,
            largest.total as order_total, largest.currency as order_currency,
            coalesce(sum(o.loyalty_projection_points), 0)::bigint as loyalty_points, max(seen.recorded_at) as last_activity
        from seen
        join orders o on o.id = seen.order_id
        join largest on largest.slug = seen.slug
        group by seen.slug, largest.total, largest.currency
        order by largest.total desc, count(distinct seen.order_id) desc, seen.slug
        """;

    public Task<IReadOnlyList<ExperimentEvent>> ListNewestAsync(
        ExperimentCursor? before, int limit, CancellationToken cancellationToken) =>
        ListAsync(
            ListNewest,
            new { At = before?.At, EventId = before?.EventId ?? Guid.Empty, Position = (long)(before?.Position ?? 0), Limit = limit },
            cancellationToken);

    /// <param name="settled">
    /// Only rows before this time; it must lie far enough in the past that open transactions have ended.
    /// </param>
    public Task<IReadOnlyList<ExperimentEvent>> ListAfterAsync(
        ExperimentCursor? after, DateTimeOffset settled, int limit, CancellationToken cancellationToken) =>
        ListAsync(
            ListAfter,
            new
            {
                At = after?.At,
                EventId = after?.EventId ?? Guid.Empty,
                Position = (long)(after?.Position ?? 0),
                Settled = settled,
                Limit = limit,
            },
            cancellationToken);

    public async Task<IReadOnlyList<ExperimentConversion>> ListConversionsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<ExperimentConversion>(Sql.Command(Conversions, null, cancellationToken))).AsList();
    }

    private async Task<IReadOnlyList<ExperimentEvent>> ListAsync(
        string statement, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<ExperimentEvent>(Sql.Command(statement, parameters, cancellationToken))).AsList();
    }
}
