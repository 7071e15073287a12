using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Reads figures of the last minutes from <c>edge_logs</c>.</summary>
internal sealed class CommerceMetricStore(NpgsqlDataSource database)
{
    private const int TimeoutSeconds = 3;

    // A provider that has no store there, or none of the items, has answered: it is not down.
    // Looks at no more than the newest lines of the window, so that it takes as long under load as at rest.
    private const string ReadRecent =
        """
        with newest as materialized (
            select function_name, event, provider_id, latency_ms, total_latency_ms, error_code
            from edge_logs
            where "timestamp" > @since
            order by "timestamp" desc
            limit 50000
        ),
        ended as (
            select
                case when function_name = 'loopgpt_confirm_order' then 'confirm' else coalesce(provider_id, '') end as subject,
                event in ('router_failure', 'provider_quote_error', 'commerce.confirm_order.failure')
                    and coalesce(error_code, '') not in ('NO_STORES', 'NO_ITEMS_MATCHED') as is_failure,
                coalesce(total_latency_ms, latency_ms) as ms
            from newest
            where event in (
                'router_latency', 'router_failure', 'provider_quote_success', 'provider_quote_error',
                'commerce.confirm_order.success', 'commerce.confirm_order.failure')
        )
        select
            subject,
            count(*) as calls,
            count(*) filter (where is_failure) as failures,
            percentile_cont(0.50) within group (order by ms) as p50_ms,
            percentile_cont(0.95) within group (order by ms) as p95_ms
        from ended
        group by subject
        """;

    // By the index of decisions, and bounded like the above.
    private const string CountSelections =
        """
        with newest as materialized (
            select selected_provider_id
            from edge_logs
            where event = 'router_decision'
                and "timestamp" > @since
            order by "timestamp" desc
            limit 20000
        )
        select selected_provider_id as provider_id, count(*) as orders
        from newest
        where selected_provider_id is not null
        group by selected_provider_id
        """;

    public async Task<IReadOnlyList<RecentFigures>> ReadRecentAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<RecentFigures>(
            Sql.Command(ReadRecent, new { since }, cancellationToken, timeoutSeconds: TimeoutSeconds))).AsList();
    }

    public async Task<IReadOnlyList<SelectionCount>> CountSelectionsAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<SelectionCount>(
            Sql.Command(CountSelections, new { since }, cancellationToken, timeoutSeconds: TimeoutSeconds))).AsList();
    }
}
