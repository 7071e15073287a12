using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Digests;

/// <summary>Table <c>digest_issue</c>, and the read model of people and their orders.</summary>
public sealed class DigestStore(NpgsqlDataSource database)
{
    private const string ListReaders = """
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

    // On hold, active and processing orders first; without any, the latest of all.
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

    // The claim of a person's week: the second one, in whatever instance, gets nothing.
    private const string Claim = """
        insert into digest_issue (user_id, iso_week, outcome, created_at)
        values (@userId, @week, @outcome, @now)
        on conflict (user_id, iso_week) do nothing
        """;

    public async Task<IReadOnlyList<DigestReader>> ListReadersAsync(
        DateTimeOffset createdAt, Guid id, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<DigestReader>(
            Sql.Command(ListReaders, new { createdAt, id, limit }, cancellationToken))).AsList();
    }

    public async Task<DigestContent> ReadContentAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var orders = await connection.QueryAsync<DigestOrder>(Sql.Command(ListOrders, new { userId }, cancellationToken));
        var (onHold, failed, pending) = await connection.QuerySingleAsync<(long, long, long)>(
            Sql.Command(CountPending, new { userId }, cancellationToken));
        return new(orders.AsList(), DigestContent.Actions(onHold, failed, pending));
    }

    public async Task<bool> ClaimAsync(
        Guid userId,
        string week,
        string outcome,
        DateTimeOffset now,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken) =>
        await transaction.Connection!.ExecuteAsync(
            Sql.Command(Claim, new { userId, week, outcome, now }, cancellationToken, transaction)) == 1;
}
