using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Operators;

/// <summary>Read model: messages, checkouts and hosted sessions that do not recover automatically.</summary>
public sealed class RepairStore(NpgsqlDataSource database)
{
    private const string Inspect = """
        (select 'message' as subject, id, kind || ' ' || idempotency_key as name, 'dead:' || coalesce(reason, '') as state,
            case when reason in ('attempts_exhausted', 'rescued_too_often') then 'redrive' else 'leave' end as action,
            case reason
                when 'delivery_unknown' then 'It may have been delivered: look for its Message-ID in the mail server''s log, then redrive or leave it.'
                when 'rejected' then 'The receiving server rejected it permanently.'
                else 'Its attempts are used up: redrive it when the cause is fixed.'
            end as why
        from notification_outbox
        where status = 'dead'
        order by created_at
        limit @limit)
        union all
        (select 'checkout', checkout.id, o.order_number, checkout.current_stage || '/' || checkout.stage_status || '/' || checkout.version,
            'follow_order', 'The order is ' || o.status || ', but its checkout is in an earlier stage or failed.'
        from checkout_orchestrations checkout
        join orders o on o.id = checkout.order_id
        where o.status in ('processing', 'active', 'completed')
            and (checkout.stage_status = 'failed' or checkout.current_stage in ('payment', 'verification', 'loyalty_hold'))
        order by checkout.created_at
        limit @limit)
        union all
        (select 'hosted_session', session.id, invoice.invoice_number, session.status || '/' || session.retry_count, 'schedule',
            'It has no next attempt, and the invoice is not paid.'
        from hosted_checkout_sessions session
        join invoices invoice on invoice.id = session.invoice_id
        where session.status in ('failed', 'expired') and session.next_retry_at is null and session.exhausted_at is null
            and invoice.status not in ('paid', 'void')
        order by session.created_at
        limit @limit)
        """;

    public async Task<IReadOnlyList<RepairItem>> InspectAsync(int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<RepairItem>(Sql.Command(Inspect, new { limit }, cancellationToken))).AsList();
    }
}
