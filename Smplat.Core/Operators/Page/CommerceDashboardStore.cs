using Dapper;
using Npgsql;
using Smplat.Core.Database;

namespace Smplat.Core.Operators.Page;

/// <summary>
/// Read model: the three commerce dashboards, from <c>edge_logs</c> and the ledger of vendor calls. A statement that takes
/// too long is an outage for the page, never a smaller figure.
/// </summary>
public sealed class CommerceDashboardStore(NpgsqlDataSource database)
{
    private const int TimeoutSeconds = 8;

    // A request is a line that ends one; the row without a minute is the whole window, whose percentiles no sum could give.
    private const string Minutes =
        """
        select
            date_trunc('minute', "timestamp") as minute,
            count(*) as requests,
            count(*) filter (where event = 'router_failure') as failures,
            percentile_cont(0.50) within group (order by total_latency_ms) as p50_ms,
            percentile_cont(0.95) within group (order by total_latency_ms) as p95_ms
        from edge_logs
        where "timestamp" >= @since and "timestamp" <= @until
            and function_name = 'loopgpt_route_order'
            and event in ('router_latency', 'router_failure')
        group by grouping sets ((date_trunc('minute', "timestamp")), ())
        order by 1
        """;

    private const string Quotes =
        """
        with quote as (
            select provider_id, date_bin(@step, "timestamp", @since) as at, event, latency_ms
            from edge_logs
            where "timestamp" >= @since and "timestamp" <= @until
                and function_name = 'loopgpt_route_order'
                and event in ('provider_quote_success', 'provider_quote_error')
                and provider_id is not null
        )
        select
            provider_id,
            at,
            count(*) as calls,
            count(*) filter (where event = 'provider_quote_error') as errors,
            percentile_cont(0.50) within group (order by latency_ms) filter (where event = 'provider_quote_success') as p50_ms,
            percentile_cont(0.95) within group (order by latency_ms) filter (where event = 'provider_quote_success') as p95_ms
        from quote
        group by grouping sets ((provider_id), (provider_id, at))
        order by provider_id, at
        """;

    private const string Selections =
        """
        select selected_provider_id as provider_id, count(*) as orders, avg(total_cents) as average_total_cents
        from edge_logs
        where event = 'router_decision' and "timestamp" >= @since and "timestamp" <= @until and selected_provider_id is not null
        group by selected_provider_id
        order by orders desc, provider_id
        """;

    private const string Calls =
        """
        select provider_id, sum(calls)::bigint as calls
        from commerce.vendor_call
        where hour_start >= date_trunc('hour', @since::timestamptz) and hour_start <= @until
        group by provider_id
        """;

    // The day and the windows are sums over one pass; a dearer choice (speed, availability) saves nothing.
    private const string Business =
        """
        select
            date_trunc('day', "timestamp", 'UTC') as day,
            "timestamp" >= @until - interval '1 day' as in_day,
            "timestamp" >= @until - interval '7 days' as in_week,
            count(*) filter (where event = 'router_decision') as orders,
            count(*) filter (where event = 'commerce.confirm_order.success') as confirmed,
            coalesce(sum(total_cents) filter (where event = 'router_decision'), 0) as cart_cents,
            coalesce(sum(commission_cents) filter (where event = 'router_decision'), 0) as commission_cents,
            coalesce(sum(greatest(0, coalesce(best_alternative_cents, total_cents) - total_cents))
                filter (where event = 'router_decision'), 0) as savings_cents
        from edge_logs
        where "timestamp" >= @until - interval '30 days' and "timestamp" <= @until
            and event in ('router_decision', 'commerce.confirm_order.success')
        group by 1, 2, 3
        order by 1
        """;

    public async Task<(IReadOnlyList<RouterMinute> Minutes, IReadOnlyList<ProviderQuotes> Providers)> ReadLiveAsync(
        DateTimeOffset since, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var window = new { since, until, step = until - since + TimeSpan.FromSeconds(1) };
        var minutes = await connection.QueryAsync<RouterMinute>(Command(Minutes, window, cancellationToken));
        var quotes = await connection.QueryAsync<ProviderQuotes>(Command(Quotes, window, cancellationToken));
        return (minutes.AsList(), [.. quotes.Where(quote => quote.At is null)]);
    }

    public async Task<ProviderPerformance> ReadProvidersAsync(
        DashboardWindow window, DateTimeOffset since, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var parameters = new { since, until, step = window.Step };
        var selections = await connection.QueryAsync<ProviderSelection>(Command(Selections, parameters, cancellationToken));
        var quotes = await connection.QueryAsync<ProviderQuotes>(Command(Quotes, parameters, cancellationToken));
        var calls = await connection.QueryAsync<VendorCalls>(Command(Calls, parameters, cancellationToken));
        return new(window, since, until, selections.AsList(), quotes.AsList(), calls.AsList());
    }

    public async Task<IReadOnlyList<BusinessRow>> ReadBusinessAsync(DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<BusinessRow>(Command(Business, new { until }, cancellationToken))).AsList();
    }

    private static CommandDefinition Command(string text, object parameters, CancellationToken cancellationToken) =>
        Sql.Command(text, parameters, cancellationToken, timeoutSeconds: TimeoutSeconds);
}
