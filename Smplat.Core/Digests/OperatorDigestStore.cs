using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Digests;

/// <summary>Read model: the business figures of a week, for operators only.</summary>
public sealed class OperatorDigestStore(NpgsqlDataSource database)
{
    private const string Figures = """
        select
            (select count(*) from orders where created_at >= @since and created_at < @until) as orders_created,
            (select count(*) from order_status_change
                where to_status = 'completed' and changed_at >= @since and changed_at < @until) as orders_completed,
            (select count(*) from orders where status = 'on_hold') as orders_on_hold,
            (select count(*) from fulfillment_tasks
                where status = 'completed' and completed_at >= @since and completed_at < @until) as tasks_completed,
            (select count(*) from fulfillment_tasks
                where status = 'failed' and completed_at >= @since and completed_at < @until) as tasks_failed,
            (select count(*) from notification_outbox
                where status = 'sent' and sent_at >= @since and sent_at < @until and channel <> 'internal') as messages_sent,
            (select count(*) from notification_outbox
                where status = 'suppressed' and created_at >= @since and created_at < @until) as messages_suppressed,
            (select count(*) from notification_outbox
                where status = 'dead' and created_at >= @since and created_at < @until) as messages_dead,
            (select count(*) from notification_outbox
                where kind = 'checkout_recovery_prompt' and status = 'sent' and sent_at >= @since and sent_at < @until) as prompts,
            (select count(*) from notification_outbox
                where kind = 'checkout_recovery_escalation' and created_at >= @since and created_at < @until) as escalations,
            (select count(*) from checkout_recovered_order where recovered_at >= @since and recovered_at < @until) as recovered,
            (select count(*) from hosted_checkout_sessions
                where status = 'completed' and retry_count > 0 and completed_at >= @since and completed_at < @until) as hosted_completed,
            (select count(*) from hosted_checkout_sessions
                where exhausted_at >= @since and exhausted_at < @until) as hosted_exhausted
        """;

    private const string Revenue = """
        select currency, sum(amount) as amount, count(*) as orders
        from payments
        where status = 'succeeded' and captured_at >= @since and captured_at < @until
        group by currency
        order by currency
        """;

    private const string Recovered = """
        select currency, sum(amount) as amount, count(*) as orders
        from checkout_recovered_order
        where recovered_at >= @since and recovered_at < @until
        group by currency
        order by currency
        """;

    private const string ProviderOrders = """
        select coalesce(amount, 0) as amount, payload::text as payload
        from fulfillment_provider_orders
        where created_at >= @since and created_at < @until
        """;

    public async Task<OperatorFigures> ReadAsync(
        DateTimeOffset since, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var window = new { since, until };
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var figures = await connection.QuerySingleAsync<OperatorCounts>(Sql.Command(Figures, window, cancellationToken));
        var revenue = await connection.QueryAsync<RevenueOfWeek>(Sql.Command(Revenue, window, cancellationToken));
        var recovered = await connection.QueryAsync<RevenueOfWeek>(Sql.Command(Recovered, window, cancellationToken));
        var orders = await connection.QueryAsync<(decimal Amount, string Payload)>(
            Sql.Command(ProviderOrders, window, cancellationToken));
        return new(figures, revenue.AsList(), recovered.AsList(), ProviderTelemetry.Of(orders));
    }
}
