using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Operators;

/// <summary>
/// Read model: the three commerce dashboards, from <c>edge_logs</c>, its hourly totals and the counts of vendor calls. A
/// statement that takes too long fails, so the page never shows a figure that is too small.
/// </summary>
public sealed class CommerceDashboardStore(NpgsqlDataSource database)
{
    private const int TimeoutSeconds = 8;

    // A request is counted by the line that ends it, and its time counts whether it failed or not. The row without a minute is the
    // whole window, whose percentiles cannot be computed from those of the minutes.
    private const string Minutes =
        $"""
        select
            date_trunc('minute', "timestamp") as minute,
            count(*) as requests,
            count(*) filter (where {RequestLine.IsFailed}) as failures,
            percentile_cont(0.50) within group (order by {RequestLine.Millis}) as p50_ms,
            percentile_cont(0.95) within group (order by {RequestLine.Millis}) as p95_ms
        from edge_logs
        where "timestamp" >= @since and "timestamp" <= @until
            and function_name = 'loopgpt_route_order'
            and event in ('router_latency', 'router_failure')
        group by grouping sets ((date_trunc('minute', "timestamp")), ())
        order by 1
        """;

    // Requests over longer windows, from the hourly totals and the lines that came after them.
    private const string Requests =
        $"""
        with bound as materialized (
            select greatest(summed_until, @since) as at from ops_hour_mark where id = 1
        ),
        request as (
            select hour_at as at, bucket, requests, failed
            from ops_hour_request
            where hour_at >= @since and hour_at < (select at from bound)
            union all
            select "timestamp", {RequestLine.Bucket}, 1, ({RequestLine.IsFailed})::integer
            from edge_logs
            where "timestamp" >= (select at from bound) and "timestamp" <= @until
                and function_name = 'loopgpt_route_order'
                and event in ('router_latency', 'router_failure')
        )
        select date_bin(@step, at, @since) as at, bucket::integer as bucket, sum(requests)::bigint as requests, sum(failed)::bigint as failed
        from request
        group by 1, 2
        """;

    // From buckets like the longer windows, so that the same quotes show the same figures on every page.
    private const string LiveQuotes =
        $"""
        select
            provider_id,
            @since::timestamptz as at,
            ({QuoteLine.Bucket})::integer as bucket,
            count(*) as quotes,
            count(*) filter (where {QuoteLine.IsFailed}) as failed,
            count(*) filter (where {QuoteLine.IsPriced}) as priced
        from edge_logs
        where "timestamp" >= @since and "timestamp" <= @until
            and function_name = 'loopgpt_route_order'
            and event in ('provider_quote_success', 'provider_quote_error')
            and provider_id is not null
        group by 1, 3
        """;

    // Hours before the mark come from their totals, the rest from the log lines. Where totals are used, @since is the start of an hour.
    private const string Quotes =
        $"""
        with bound as materialized (
            select case when @isSummed then greatest(summed_until, @since) else @since end as at from ops_hour_mark where id = 1
        ),
        quote as (
            select provider_id, hour_at as at, bucket, quotes, failed, priced
            from ops_hour_quote
            where hour_at >= @since and hour_at < (select at from bound)
            union all
            select
                provider_id,
                "timestamp",
                {QuoteLine.Bucket},
                1,
                ({QuoteLine.IsFailed})::integer,
                ({QuoteLine.IsPriced})::integer
            from edge_logs
            where "timestamp" >= (select at from bound) and "timestamp" <= @until
                and function_name = 'loopgpt_route_order'
                and event in ('provider_quote_success', 'provider_quote_error')
                and provider_id is not null
        )
        select provider_id, date_bin(@step, at, @since) as at, bucket::integer as bucket, sum(quotes)::bigint as quotes,
            sum(failed)::bigint as failed, sum(priced)::bigint as priced
        from quote
        group by 1, 2, 3
        """;

    private const string Selections =
        """
        with bound as materialized (
            select case when @isSummed then greatest(summed_until, @since) else @since end as at from ops_hour_mark where id = 1
        ),
        decision as (
            select provider_id, orders, cart_cents
            from ops_hour_decision
            where hour_at >= @since and hour_at < (select at from bound) and provider_id <> '' and orders > 0
            union all
            select selected_provider_id, 1, coalesce(total_cents, 0)
            from edge_logs
            where event = 'router_decision' and "timestamp" >= (select at from bound) and "timestamp" <= @until
                and selected_provider_id is not null and not is_mock
        )
        select provider_id, sum(orders)::bigint as orders, sum(cart_cents) / sum(orders) as average_total_cents
        from decision
        group by provider_id
        order by orders desc, provider_id
        """;

    private const string Calls =
        """
        select provider_id, sum(calls)::bigint as calls
        from commerce.vendor_call
        where hour_start >= date_trunc('hour', @since::timestamptz) and hour_start <= @until
        group by provider_id
        """;

    // A failed confirmation has a commission when a part of its order was confirmed. A more expensive choice (speed, availability)
    // saves nothing. @whole is the first hour that lies completely in the window:
    // what comes before it, and what is not summed yet, is read from the log lines.
    private const string Business =
        """
        with bound as materialized (
            select greatest(summed_until, @whole) as at from ops_hour_mark where id = 1
        ),
        line as (
            select "timestamp", event, total_cents, commission_cents, best_alternative_cents
            from edge_logs
            where event in ('router_decision', 'commerce.confirm_order.success', 'commerce.confirm_order.failure') and not is_mock
                and "timestamp" >= @since and "timestamp" < @whole
            union all
            select "timestamp", event, total_cents, commission_cents, best_alternative_cents
            from edge_logs
            where event in ('router_decision', 'commerce.confirm_order.success', 'commerce.confirm_order.failure') and not is_mock
                and "timestamp" >= (select at from bound) and "timestamp" <= @until
        ),
        part as (
            select hour_at as at, orders, confirmed, cart_cents, commission_cents, earned_cents, savings_cents
            from ops_hour_decision
            where hour_at >= @whole and hour_at < (select at from bound)
            union all
            select
                "timestamp",
                (event = 'router_decision')::integer,
                (event = 'commerce.confirm_order.success')::integer,
                case when event = 'router_decision' then coalesce(total_cents, 0) else 0 end,
                case when event = 'router_decision' then coalesce(commission_cents, 0) else 0 end,
                case when event <> 'router_decision' then coalesce(commission_cents, 0) else 0 end,
                case when event = 'router_decision'
                    then greatest(0, coalesce(best_alternative_cents, total_cents, 0) - coalesce(total_cents, 0)) else 0 end
            from line
        )
        select
            date_trunc(@unit, at, 'UTC') as day,
            sum(orders)::bigint as orders,
            sum(confirmed)::bigint as confirmed,
            sum(cart_cents) as cart_cents,
            sum(commission_cents) as expected_commission_cents,
            sum(earned_cents) as earned_commission_cents,
            sum(savings_cents) as savings_cents
        from part
        group by 1
        order by 1
        """;

    public async Task<(IReadOnlyList<RouterMinute> Minutes, IReadOnlyList<ProviderQuotes> Providers)> ReadLiveAsync(
        DateTimeOffset since, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var window = new { since, until };
        var minutes = await connection.QueryAsync<RouterMinute>(Command(Minutes, window, cancellationToken));
        var quotes = await connection.QueryAsync<QuoteBucket>(Command(LiveQuotes, window, cancellationToken));
        return (minutes.AsList(), [.. QuoteBucket.Sum(quotes.AsList()).Where(whole => whole.At is null)]);
    }

    public async Task<ProviderPerformance> ReadProvidersAsync(
        DashboardWindow window, DateTimeOffset since, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var parameters = new { since, until, step = window.Step, isSummed = window.IsSummed };
        var selections = await connection.QueryAsync<ProviderSelection>(Command(Selections, parameters, cancellationToken));
        var quotes = await connection.QueryAsync<QuoteBucket>(Command(Quotes, parameters, cancellationToken));
        var calls = await connection.QueryAsync<VendorCalls>(Command(Calls, parameters, cancellationToken));
        return new(window, since, until, selections.AsList(), QuoteBucket.Sum(quotes.AsList()), calls.AsList());
    }

    /// <param name="since">The start of an hour.</param>
    internal async Task<IReadOnlyList<RequestBucket>> ReadRequestsAsync(
        DashboardWindow window, DateTimeOffset since, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<RequestBucket>(
            Command(Requests, new { since, until, step = window.Step }, cancellationToken))).AsList();
    }

    /// <param name="since">Any time; it need not be the start of an hour.</param>
    /// <param name="unit"><c>day</c> or <c>hour</c>: what a row stands for.</param>
    public async Task<IReadOnlyList<BusinessDay>> ReadBusinessAsync(
        DateTimeOffset since, DateTimeOffset until, string unit, CancellationToken cancellationToken)
    {
        var whole = new DateTimeOffset(
            (since.UtcTicks + TimeSpan.TicksPerHour - 1) / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour, TimeSpan.Zero);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<BusinessDay>(Command(Business, new { since, whole, until, unit }, cancellationToken))).AsList();
    }

    private static CommandDefinition Command(string text, object parameters, CancellationToken cancellationToken) =>
        Sql.Command(text, parameters, cancellationToken, timeoutSeconds: TimeoutSeconds);
}

/// <summary>
/// What one line about a quote says, the same for every page. A provider that has no store there, or none of the items, has
/// answered: that is no failure. The time of a failed quote counts like that of any other.
/// </summary>
file static class QuoteLine
{
    /// <summary>-1 for a line without a time.</summary>
    public const string Bucket =
        "case when latency_ms is null then -1 else floor(ln(greatest(latency_ms, 1)) / 0.048790164169432)::smallint end";

    /// <summary>Of a provider's answer as of a whole request.</summary>
    public const string IsNoRefusal = "coalesce(error_code, '') not in ('NO_STORES', 'NO_ITEMS_MATCHED', 'CALLER_QUOTA')";

    public const string IsFailed = $"event = 'provider_quote_error' and {IsNoRefusal}";

    /// <summary>A quote with a real price, which is what a provider's quotes cost.</summary>
    public const string IsPriced = "event = 'provider_quote_success' and not is_mock";
}

/// <summary>What the line that ends a request says. A request that all providers refused was answered: that is no failure.</summary>
file static class RequestLine
{
    public const string Millis = "coalesce(total_latency_ms, latency_ms)";

    /// <summary>-1 for a line without a time.</summary>
    public const string Bucket =
        $"case when {Millis} is null then -1 else floor(ln(greatest({Millis}, 1)) / 0.048790164169432)::smallint end";

    public const string IsFailed = $"event = 'router_failure' and {QuoteLine.IsNoRefusal}";
}

/// <summary>Fills the hourly totals of requests, quotes and decisions, and advances the mark up to which they are complete.</summary>
public sealed class HourlyTotalsStore(NpgsqlDataSource database)
{
    private const int TimeoutSeconds = 60;

    // One writer at a time. Readers see the old hours with the old mark, or the new hours with the new mark.
    private const string Lock = "select summed_until from ops_hour_mark where id = 1 for update";

    private const string FirstLine = """select min("timestamp") from edge_logs where "timestamp" >= @since""";

    private const string Clear =
        """
        delete from ops_hour_request where hour_at >= @from and hour_at < @to;
        delete from ops_hour_quote where hour_at >= @from and hour_at < @to;
        delete from ops_hour_decision where hour_at >= @from and hour_at < @to;
        """;

    private const string SumRequests =
        $"""
        insert into ops_hour_request (hour_at, bucket, requests, failed)
        select
            date_trunc('hour', "timestamp", 'UTC'),
            {RequestLine.Bucket},
            count(*),
            count(*) filter (where {RequestLine.IsFailed})
        from edge_logs
        where "timestamp" >= @from and "timestamp" < @to
            and function_name = 'loopgpt_route_order'
            and event in ('router_latency', 'router_failure')
        group by 1, 2
        """;

    private const string SumQuotes =
        $"""
        insert into ops_hour_quote (hour_at, provider_id, bucket, quotes, failed, priced)
        select
            date_trunc('hour', "timestamp", 'UTC'),
            provider_id,
            {QuoteLine.Bucket},
            count(*),
            count(*) filter (where {QuoteLine.IsFailed}),
            count(*) filter (where {QuoteLine.IsPriced})
        from edge_logs
        where "timestamp" >= @from and "timestamp" < @to
            and function_name = 'loopgpt_route_order'
            and event in ('provider_quote_success', 'provider_quote_error')
            and provider_id is not null
        group by 1, 2, 3
        """;

    private const string SumDecisions =
        """
        insert into ops_hour_decision (hour_at, provider_id, orders, confirmed, cart_cents, commission_cents, earned_cents, savings_cents)
        select
            date_trunc('hour', "timestamp", 'UTC'),
            coalesce(selected_provider_id, ''),
            count(*) filter (where event = 'router_decision'),
            count(*) filter (where event = 'commerce.confirm_order.success'),
            coalesce(sum(total_cents) filter (where event = 'router_decision'), 0),
            coalesce(sum(commission_cents) filter (where event = 'router_decision'), 0),
            coalesce(sum(commission_cents) filter (where event <> 'router_decision'), 0),
            coalesce(sum(greatest(0, coalesce(best_alternative_cents, total_cents) - total_cents))
                filter (where event = 'router_decision'), 0)
        from edge_logs
        where "timestamp" >= @from and "timestamp" < @to
            and event in ('router_decision', 'commerce.confirm_order.success', 'commerce.confirm_order.failure')
            and not is_mock
        group by 1, 2
        """;

    private const string Move = "update ops_hour_mark set summed_until = greatest(summed_until, @to) where id = 1";

    private const string Trim =
        """
        delete from ops_hour_request where hour_at < @before;
        delete from ops_hour_quote where hour_at < @before;
        delete from ops_hour_decision where hour_at < @before;
        """;

    /// <summary>Sums a range of hours, again where they were summed before. All of them are written, or none.</summary>
    /// <param name="again">How far back hours are summed again, for log lines that were written late.</param>
    /// <param name="oldest">Hours before this are ignored.</param>
    /// <param name="ended">Hours before this have ended and are complete.</param>
    /// <returns>The new mark, and how many hours were summed.</returns>
    public async Task<(DateTimeOffset SummedUntil, int Hours)> SumAsync(
        TimeSpan again, TimeSpan stride, DateTimeOffset oldest, DateTimeOffset ended, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var mark = await connection.ExecuteScalarAsync<DateTimeOffset>(Command(Lock, null, transaction, cancellationToken));
        var from = mark > oldest
            ? Later(mark - again, oldest)
            : await connection.ExecuteScalarAsync<DateTimeOffset?>(Command(FirstLine, new { since = oldest }, transaction, cancellationToken)) is { } first
                ? Later(Hour(first), oldest)
                : ended;
        var to = from + stride < ended ? from + stride : ended;
        if (to <= mark - again || from >= to)
        {
            to = Later(to, mark);
            await connection.ExecuteAsync(Command(Move, new { to }, transaction, cancellationToken));
            await transaction.CommitAsync(cancellationToken);
            return (to, 0);
        }

        var hours = new { from, to };
        await connection.ExecuteAsync(Command(Clear, hours, transaction, cancellationToken));
        await connection.ExecuteAsync(Command(SumRequests, hours, transaction, cancellationToken));
        await connection.ExecuteAsync(Command(SumQuotes, hours, transaction, cancellationToken));
        await connection.ExecuteAsync(Command(SumDecisions, hours, transaction, cancellationToken));
        await connection.ExecuteAsync(Command(Move, hours, transaction, cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return (Later(to, mark), (int)(to - from).TotalHours);
    }

    public async Task TrimAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Trim, new { before }, cancellationToken));
    }

    private static CommandDefinition Command(string text, object? parameters, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        Sql.Command(text, parameters, cancellationToken, transaction, TimeoutSeconds);

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static DateTimeOffset Hour(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
}
