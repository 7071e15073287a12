using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Reads how the arms of an experiment went.</summary>
public sealed class ExperimentStore(NpgsqlDataSource database)
{
    // Each decision counts once, whatever became of it.
    private const string Arms =
        """
        with decisions as (
            select request_id, split_part(payload ->> 'arm', ':', 2) as arm, total_cents,
                coalesce(commission_cents, 0) as commission_cents,
                coalesce(nullif((payload -> 'quotes' -> 0 ->> 'e')::int, 0), 60) as minutes
            from edge_logs
            where event = 'router_decision' and "timestamp" >= @since
                and split_part(payload ->> 'arm', ':', 1) = @name
        ), outcomes as (
            select orders.request_id, avg(outcome.user_rating) as rating
            from commerce.orders
            left join commerce.order_outcomes outcome on outcome.order_id = orders.order_ref
            where orders.request_id in (select request_id from decisions)
            group by orders.request_id
        )
        select
            arm,
            count(*) as decisions,
            round(avg(total_cents), 3) as average_total_cents,
            round(coalesce(stddev_samp(total_cents), 0), 3) as total_deviation,
            round(avg(commission_cents), 3) as average_commission_cents,
            round(coalesce(stddev_samp(commission_cents), 0), 3) as commission_deviation,
            round(avg(minutes), 3) as average_minutes,
            round(100.0 * count(outcomes.request_id) / count(*), 3) as confirmed_percent,
            round(avg(outcomes.rating), 3) as average_rating,
            round(coalesce(stddev_samp(outcomes.rating), 0), 3) as rating_deviation,
            count(outcomes.rating) as ratings
        from decisions
        left join outcomes using (request_id)
        group by arm
        order by arm
        """;

    public async Task<IReadOnlyList<ArmFigures>> ReadAsync(string name, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<ArmFigures>(Sql.Command(
            Arms, new { name, since }, cancellationToken, timeoutSeconds: 120))).AsList();
    }
}
