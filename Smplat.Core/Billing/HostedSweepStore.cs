using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Billing;

/// <summary>Ends hosted sessions whose time or reason is over; sessions in other hands come next time.</summary>
public sealed class HostedSweepStore(NpgsqlDataSource database)
{
    private const string Expire = """
        with due as (
            select id
            from hosted_checkout_sessions
            where status = 'initiated' and expires_at < @now
            order by expires_at
            limit @limit
            for update skip locked
        )
        update hosted_checkout_sessions session
        set status = 'expired', cancelled_at = @now, last_error = coalesce(last_error, 'expired_without_completion'),
            next_retry_at = coalesce(least(next_retry_at, @now), @now),
            metadata = jsonb_build_object('last_webhook_event', 'scheduler.expired') || metadata
                || jsonb_build_object('expired_by_scheduler_at', @now),
            updated_at = @now
        from due
        where session.id = due.id
        """;

    private const string Abandon = """
        with due as (
            select session.id, coalesce(invoice.paid_at, @now) as at
            from hosted_checkout_sessions session
            join invoices invoice on invoice.id = session.invoice_id
            where session.status in ('initiated', 'failed', 'expired') and invoice.status = 'paid'
            order by session.created_at
            limit @limit
            for update of session skip locked
        )
        update hosted_checkout_sessions session
        set status = 'abandoned', cancelled_at = due.at, next_retry_at = null,
            last_error = coalesce(last_error, 'invoice_settled_externally'),
            metadata = metadata || jsonb_build_object('abandoned_by_scheduler_at', @now),
            updated_at = @now
        from due
        where session.id = due.id
        """;

    // The end of automatic recovery, told once.
    private const string Exhaust = """
        update hosted_checkout_sessions session
        set exhausted_at = @now, next_retry_at = null, updated_at = @now
        from invoices invoice
        where invoice.id = session.invoice_id
            and session.status in ('initiated', 'failed', 'expired')
            and session.next_retry_at <= @now and session.retry_count >= @maxAttempts and session.exhausted_at is null
            and invoice.status not in ('paid', 'void')
        returning session.id
        """;

    public async Task<int> ExpireAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(Expire, new { now, limit }, cancellationToken));
    }

    public async Task<int> AbandonAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(Abandon, new { now, limit }, cancellationToken));
    }

    public async Task<IReadOnlyList<Guid>> ExhaustAsync(
        DateTimeOffset now, int maxAttempts, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (await transaction.Connection!.QueryAsync<Guid>(
            Sql.Command(Exhaust, new { now, maxAttempts }, cancellationToken, transaction))).AsList();
}
