using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Checkout;

/// <summary>Tables <c>checkout_recovery_visit</c> and <c>checkout_recovered_order</c>.</summary>
public sealed class RecoveredRevenueStore(NpgsqlDataSource database)
{
    // An order counts as recovered only if its own resume link was followed before it was paid, and it counts once.
    private const string Attribute = """
        insert into checkout_recovered_order (orchestration_id, prompt, amount, currency, visited_at, recovered_at)
        select distinct on (checkout.id) checkout.id, visit.prompt, o.total, o.currency, visit.visited_at, @now
        from checkout_orchestrations checkout
        join orders o on o.id = checkout.order_id
        join checkout_recovery_visit visit on visit.orchestration_id = checkout.id
        where checkout.order_id = any(@orderIds) and visit.visited_at >= @since
        order by checkout.id, visit.visited_at desc
        on conflict (orchestration_id) do nothing
        """;

    // A visit counts only while the order is unpaid.
    private const string Visit = """
        insert into checkout_recovery_visit (id, orchestration_id, prompt, visited_at)
        select gen_random_uuid(), checkout.id, @prompt, @now
        from checkout_orchestrations checkout
        join orders o on o.id = checkout.order_id
        where checkout.id = @id and o.status in ('pending', 'on_hold')
            and not exists (select 1 from payments p where p.order_id = o.id and p.status = 'succeeded')
        """;

    private const string FindOrder = "select order_id from checkout_orchestrations where id = @id";

    private const string Figures = """
        select
            (select count(*) from notification_outbox
                where kind = 'checkout_recovery_prompt' and status = 'sent' and sent_at >= @since and sent_at < @until) as prompts_sent,
            (select count(*) from checkout_recovery_visit where visited_at >= @since and visited_at < @until) as visits,
            (select count(*) from checkout_recovered_order where recovered_at >= @since and recovered_at < @until) as recovered_orders
        """;

    private const string Revenue = """
        select currency, sum(amount) as amount, count(*) as orders
        from checkout_recovered_order
        where recovered_at >= @since and recovered_at < @until
        group by currency
        order by currency
        """;

    public Task AttributeAsync(
        Guid[] orderIds,
        DateTimeOffset now,
        DateTimeOffset since,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(
            Sql.Command(Attribute, new { orderIds, now, since }, cancellationToken, transaction));

    /// <returns>The order; null when the checkout is gone.</returns>
    public async Task<Guid?> VisitAsync(Guid id, int prompt, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Visit, new { id, prompt, now }, cancellationToken));
        return await connection.QuerySingleOrDefaultAsync<Guid?>(Sql.Command(FindOrder, new { id }, cancellationToken));
    }

    public async Task<CheckoutRecoveryReport> ReportAsync(
        DateTimeOffset since, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var (prompts, visits, recovered) = await connection.QuerySingleAsync<(long, long, long)>(
            Sql.Command(Figures, new { since, until }, cancellationToken));
        var revenue = await connection.QueryAsync<RecoveredRevenue>(
            Sql.Command(Revenue, new { since, until }, cancellationToken));
        return new(since, until, prompts, visits, recovered, revenue.AsList());
    }
}
