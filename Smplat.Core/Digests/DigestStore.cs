using Dapper;
using Npgsql;
using Smplat.Core.Guardrails;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Digests;

/// <summary>Table <c>digest_issue</c>, and the read models of both digests: people with their orders, and the business figures.</summary>
public sealed class DigestStore(NpgsqlDataSource database)
{
    private const string ListRecipients = """
        select person.id as user_id, person.time_zone, person.created_at, last.iso_week as last_week, last.created_at as last_at
        from users person
        join notification_preferences preference on preference.user_id = person.id and preference.marketing_messages
        left join lateral (
            select iso_week, created_at from digest_issue where user_id = person.id order by created_at desc limit 1
        ) last on true
        where person.status = 'active' and person.role = 'client' and person.email is not null
            and (person.created_at, person.id) > (@createdAt, @id)
        order by person.created_at, person.id
        limit @limit
        """;

    // Orders that are on hold, active or processing; the latest ones if there are none of these.
    private const string ListOrders = """
        with mine as (
            select id, order_number, status, total, currency, updated_at,
                (status in ('on_hold', 'active', 'processing')) as is_open
            from orders
            where user_id = @userId
        ),
        shown as (
            select * from mine
            where is_open or not exists (select 1 from mine where is_open)
            order by updated_at desc, id
            limit 5
        )
        select shown.order_number as number, shown.status, shown.total, shown.currency, shown.updated_at,
            (select string_agg(item.product_title || ' x ' || item.quantity, E'\n' order by item.created_at, item.id)
                from order_items item where item.order_id = shown.id) as items,
            (select count(*) from order_items item join fulfillment_tasks task on task.order_item_id = item.id
                where item.order_id = shown.id and task.status = 'completed') as tasks_completed,
            (select count(*) from order_items item join fulfillment_tasks task on task.order_item_id = item.id
                where item.order_id = shown.id and task.status <> 'cancelled') as tasks_total
        from shown
        order by shown.updated_at desc, shown.id
        """;

    private const string CountPending = """
        select (select count(*) from orders where user_id = @userId and status = 'on_hold') as on_hold,
            count(*) filter (where task.status = 'failed') as failed_tasks,
            count(*) filter (where task.status = 'pending') as pending_tasks
        from orders o
        join order_items item on item.order_id = o.id
        join fulfillment_tasks task on task.order_item_id = item.id
        where o.user_id = @userId and o.status <> 'canceled'
        """;

    // Claims a person's week. A second claim, on any instance, changes nothing.
    private const string Claim = """
        insert into digest_issue (user_id, iso_week, outcome, created_at)
        values (@userId, @week, @outcome, @now)
        on conflict (user_id, iso_week) do nothing
        """;

    private const string CountBusiness = """
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

    private const string RecoveredRevenue = """
        select currency, sum(amount) as amount, count(*) as orders
        from checkout_recovered_order
        where recovered_at >= @since and recovered_at < @until
        group by currency
        order by currency
        """;

    private const string ListProviderOrders = """
        select coalesce(amount, 0) as amount, service_id, payload::text as payload
        from fulfillment_provider_orders
        where created_at >= @since and created_at < @until
        """;

    public async Task<IReadOnlyList<DigestRecipient>> ListRecipientsAsync(
        DateTimeOffset createdAt, Guid id, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<DigestRecipient>(
            Sql.Command(ListRecipients, new { createdAt, id, limit }, cancellationToken))).AsList();
    }

    public async Task<DigestContent> ReadContentAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var orders = await connection.QueryAsync<DigestOrder>(Sql.Command(ListOrders, new { userId }, cancellationToken));
        var (onHold, failed, pending) = await connection.QuerySingleAsync<(long, long, long)>(
            Sql.Command(CountPending, new { userId }, cancellationToken));
        return new(orders.AsList(), DigestContent.Actions(onHold, failed, pending));
    }

    /// <returns>False when the week was already claimed.</returns>
    public async Task<bool> ClaimAsync(
        Guid userId,
        string week,
        string outcome,
        DateTimeOffset now,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken) =>
        await transaction.Connection!.ExecuteAsync(
            Sql.Command(Claim, new { userId, week, outcome, now }, cancellationToken, transaction)) == 1;

    /// <summary>The business figures of a period, for operators only.</summary>
    public async Task<OperatorFigures> ReadFiguresAsync(
        DateTimeOffset since, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var window = new { since, until };
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var counts = await connection.QuerySingleAsync<OperatorCounts>(Sql.Command(CountBusiness, window, cancellationToken));
        var revenue = await connection.QueryAsync<CurrencyRevenue>(Sql.Command(Revenue, window, cancellationToken));
        var recovered = await connection.QueryAsync<CurrencyRevenue>(Sql.Command(RecoveredRevenue, window, cancellationToken));
        var orders = await connection.QueryAsync<(decimal Amount, string ServiceId, string Payload)>(
            Sql.Command(ListProviderOrders, window, cancellationToken));
        return new(counts, revenue.AsList(), recovered.AsList(), ProviderTelemetry.From(orders));
    }
}
