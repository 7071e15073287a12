using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Operators;

/// <summary>Fills <c>ops_hour_quote</c> and <c>ops_hour_decision</c>, and moves their mark.</summary>
public sealed class HourlyTotalsStore(NpgsqlDataSource database)
{
    private const int TimeoutSeconds = 60;

    // One writer at a time; readers see the old hours with the old mark, or the new ones with the new.
    private const string Lock = "select summed_until from ops_hour_mark where id = 1 for update";

    private const string FirstLine = """select min("timestamp") from edge_logs where "timestamp" >= @since""";

    private const string Clear =
        """
        delete from ops_hour_quote where hour_at >= @from and hour_at < @to;
        delete from ops_hour_decision where hour_at >= @from and hour_at < @to;
        """;

    private const string SumQuotes =
        """
        insert into ops_hour_quote (hour_at, provider_id, bucket, quotes)
        select
            date_trunc('hour', "timestamp", 'UTC'),
            provider_id,
            case when event = 'provider_quote_error' then -1
                else floor(ln(greatest(coalesce(latency_ms, 1), 1)) / 0.048790164169432)::smallint end,
            count(*)
        from edge_logs
        where "timestamp" >= @from and "timestamp" < @to
            and function_name = 'loopgpt_route_order'
            and event in ('provider_quote_success', 'provider_quote_error')
            and provider_id is not null
        group by 1, 2, 3
        """;

    private const string SumDecisions =
        """
        insert into ops_hour_decision (hour_at, provider_id, orders, confirmed, cart_cents, commission_cents, savings_cents)
        select
            date_trunc('hour', "timestamp", 'UTC'),
            coalesce(selected_provider_id, ''),
            count(*) filter (where event = 'router_decision'),
            count(*) filter (where event = 'commerce.confirm_order.success'),
            coalesce(sum(total_cents) filter (where event = 'router_decision'), 0),
            coalesce(sum(commission_cents) filter (where event = 'router_decision'), 0),
            coalesce(sum(greatest(0, coalesce(best_alternative_cents, total_cents) - total_cents))
                filter (where event = 'router_decision'), 0)
        from edge_logs
        where "timestamp" >= @from and "timestamp" < @to
            and event in ('router_decision', 'commerce.confirm_order.success')
        group by 1, 2
        """;

    private const string Move = "update ops_hour_mark set summed_until = greatest(summed_until, @to) where id = 1";

    private const string Trim =
        """
        delete from ops_hour_quote where hour_at < @before;
        delete from ops_hour_decision where hour_at < @before;
        """;

    /// <summary>Sums a stretch of hours, anew where they were summed before; as a whole or not at all.</summary>
    /// <param name="again">How much of what is summed already is summed again, for lines that were written late.</param>
    /// <param name="oldest">Hours before this are of no interest.</param>
    /// <param name="ended">Hours before this have ended and are complete.</param>
    /// <returns>The mark after it, and how many hours were summed.</returns>
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
