using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Billing;

/// <summary>Reads of hosted sessions, and their attempts.</summary>
public sealed class HostedSessionStore(NpgsqlDataSource database)
{
    private const string Columns = """
        session.id, session.session_id, session.workspace_id, session.invoice_id, session.status, session.url,
        session.expires_at, session.completed_at, session.cancelled_at, session.last_error,
        session.metadata::text as metadata, session.recovery_notes, session.retry_count, session.last_retry_at,
        session.next_retry_at, session.exhausted_at, session.created_at, session.updated_at,
        invoice.invoice_number, invoice.status as invoice_status, invoice.balance_due, invoice.currency
        """;

    private const string List = $"""
        select {Columns}
        from hosted_checkout_sessions session
        join invoices invoice on invoice.id = session.invoice_id
        where session.workspace_id = @WorkspaceId
            and (@InvoiceId::uuid is null or session.invoice_id = @InvoiceId)
            and (@Status::text is null or session.status = @Status)
        order by session.created_at desc, session.id
        limit @Limit
        """;

    private const string Find = $"""
        select {Columns}
        from hosted_checkout_sessions session
        join invoices invoice on invoice.id = session.invoice_id
        where session.id = @id
        """;

    private const string ListDue = """
        select session.id
        from hosted_checkout_sessions session
        join invoices invoice on invoice.id = session.invoice_id
        where session.status in ('initiated', 'failed', 'expired') and session.next_retry_at <= @now
            and session.retry_count < @maxAttempts and invoice.status not in ('paid', 'void')
        order by session.next_retry_at, session.created_at
        limit @limit
        """;

    // Held until the attempt commits; no row when another run has it, it has moved on, or the invoice is paid.
    private const string LockDue = $"""
        select {Columns}
        from hosted_checkout_sessions session
        join invoices invoice on invoice.id = session.invoice_id
        where session.id = @id
            and session.status in ('initiated', 'failed', 'expired') and session.next_retry_at <= @now
            and session.retry_count < @maxAttempts and invoice.status not in ('paid', 'void')
        for update of session skip locked
        """;

    private const string WriteAttempt = """
        update hosted_checkout_sessions
        set retry_count = @attempt, last_retry_at = @now, next_retry_at = @nextRetryAt, metadata = @metadata::jsonb,
            updated_at = @now
        where id = @id
        """;

    // When somebody was last told, or is about to be; messages that never went out do not count.
    private const string LastNotice = """
        select max(coalesce(sent_at, created_at))
        from notification_outbox
        where idempotency_key = any(@keys) and status in ('pending', 'sending', 'sent')
        having count(*) > 0
        """;

    private const string Notices = """
        select idempotency_key as key, channel, sent_at
        from notification_outbox
        where idempotency_key = any(@keys) and status = 'sent'
        """;

    // Why a reminder must stay: null while there is something to pay.
    private const string Objection = """
        select case
            when session.id is null then 'session_gone'
            when invoice.status = 'paid' then 'invoice_paid'
            when invoice.status = 'void' then 'invoice_void'
            when session.status not in ('initiated', 'failed', 'expired') then 'session_' || session.status
        end
        from (select @id::uuid as id) asked
        left join hosted_checkout_sessions session on session.id = asked.id
        left join invoices invoice on invoice.id = session.invoice_id
        """;

    public async Task<IReadOnlyList<HostedSession>> ListAsync(ListHostedSessions query, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<HostedSession>(Sql.Command(List, query, cancellationToken))).AsList();
    }

    public async Task<HostedSession?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<HostedSession>(Sql.Command(Find, new { id }, cancellationToken));
    }

    public async Task<IReadOnlyList<Guid>> ListDueAsync(
        DateTimeOffset now, int maxAttempts, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Guid>(
            Sql.Command(ListDue, new { now, maxAttempts, limit }, cancellationToken))).AsList();
    }

    public Task<HostedSession?> LockDueAsync(
        Guid id, DateTimeOffset now, int maxAttempts, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<HostedSession>(
            Sql.Command(LockDue, new { id, now, maxAttempts }, cancellationToken, transaction));

    public Task WriteAttemptAsync(
        Guid id,
        int attempt,
        DateTimeOffset nextRetryAt,
        string metadata,
        DateTimeOffset now,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(
            WriteAttempt, new { id, attempt, nextRetryAt, metadata, now }, cancellationToken, transaction));

    public Task<DateTimeOffset?> LastNoticeAsync(
        string[] keys, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<DateTimeOffset?>(
            Sql.Command(LastNotice, new { keys }, cancellationToken, transaction));

    /// <summary>Notices that were really sent.</summary>
    public async Task<IReadOnlyList<SentNotice>> ListNoticesAsync(string[] keys, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<SentNotice>(Sql.Command(Notices, new { keys }, cancellationToken))).AsList();
    }

    public async Task<string?> ObjectionAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<string?>(Sql.Command(Objection, new { id }, cancellationToken));
    }
}
