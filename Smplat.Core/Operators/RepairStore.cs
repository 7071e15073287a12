using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Operators;

/// <summary>Finds what does not recover by itself, and mends it only while it is as it was found.</summary>
public sealed class RepairStore(NpgsqlDataSource database)
{
    private const string Inspect = """
        (select 'message' as subject, id, kind || ' ' || idempotency_key as name, 'dead:' || coalesce(reason, '') as state,
            case when reason in ('attempts_exhausted', 'rescued_too_often') then 'redrive' else 'leave' end as action,
            case reason
                when 'delivery_unknown' then 'It may have arrived: look for its Message-ID in the mail server''s log, then redrive or leave.'
                when 'rejected' then 'The receiver refuses it for good.'
                else 'Its attempts are used up; redrive when the cause is mended.'
            end as why
        from notification_outbox
        where status = 'dead'
        order by created_at
        limit @limit)
        union all
        (select 'checkout', checkout.id, o.order_number, checkout.current_stage || '/' || checkout.stage_status || '/' || checkout.version,
            'follow_order', 'The order is ' || o.status || ', its checkout is behind.'
        from checkout_orchestrations checkout
        join orders o on o.id = checkout.order_id
        where o.status in ('processing', 'active', 'completed')
            and (checkout.stage_status = 'failed' or checkout.current_stage in ('payment', 'verification', 'loyalty_hold'))
        order by checkout.created_at
        limit @limit)
        union all
        (select 'hosted_session', session.id, invoice.invoice_number, session.status || '/' || session.retry_count, 'schedule',
            'Nobody will look after it again, and the invoice is not paid.'
        from hosted_checkout_sessions session
        join invoices invoice on invoice.id = session.invoice_id
        where session.status in ('failed', 'expired') and session.next_retry_at is null and session.exhausted_at is null
            and invoice.status not in ('paid', 'void')
        order by session.created_at
        limit @limit)
        """;

    private const string Redrive = """
        update notification_outbox
        set status = 'pending', reason = null, attempts = 0, rescues = 0, not_before = @now, finished_at = null,
            admitted_at = null, handover_at = null
        where id = @id and status = 'dead' and 'dead:' || coalesce(reason, '') = @state
        """;

    private const string Schedule = """
        update hosted_checkout_sessions
        set next_retry_at = @now, updated_at = @now
        where id = @id and status || '/' || retry_count = @state and next_retry_at is null and exhausted_at is null
        """;

    private const string FindCheckout = """
        select checkout.order_id, o.status as order_status
        from checkout_orchestrations checkout
        join orders o on o.id = checkout.order_id
        where checkout.id = @id
            and checkout.current_stage || '/' || checkout.stage_status || '/' || checkout.version = @state
        for update of checkout
        """;

    public async Task<IReadOnlyList<RepairItem>> InspectAsync(int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<RepairItem>(Sql.Command(Inspect, new { limit }, cancellationToken))).AsList();
    }

    public Task<bool> RedriveAsync(Guid id, string state, DateTimeOffset now, CancellationToken cancellationToken) =>
        ExecuteAsync(Redrive, new { id, state, now }, cancellationToken);

    public Task<bool> ScheduleAsync(Guid id, string state, DateTimeOffset now, CancellationToken cancellationToken) =>
        ExecuteAsync(Schedule, new { id, state, now }, cancellationToken);

    /// <returns>The order and its status; null when the checkout has moved on.</returns>
    public async Task<(Guid OrderId, string OrderStatus)?> LockCheckoutAsync(
        Guid id, string state, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var rows = await transaction.Connection!.QueryAsync<(Guid, string)>(
            Sql.Command(FindCheckout, new { id, state }, cancellationToken, transaction));
        return rows.AsList() is [var row] ? row : null;
    }

    private async Task<bool> ExecuteAsync(string statement, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(statement, parameters, cancellationToken)) == 1;
    }
}
