using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Billing;

/// <summary>Tables <c>hosted_checkout_sessions</c> and <c>invoices</c>, and the messages in the outbox about a session.</summary>
public sealed class HostedSessionStore(NpgsqlDataSource database)
{
    private const string Columns = """
        session.id, session.session_id, session.workspace_id, session.invoice_id, session.status, session.url,
        session.expires_at, session.completed_at, session.cancelled_at, session.last_error,
        session.metadata::text as metadata, session.recovery_notes, session.retry_count, session.last_retry_at,
        session.next_retry_at, session.exhausted_at, session.debit_at, session.created_at, session.updated_at,
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

    private const string Expire = """
        with due as (
            select id
            from hosted_checkout_sessions
            where status = 'initiated' and expires_at < @now and debit_at is null
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

    // Ends automatic recovery. A session is returned only by the run that ended it.
    private const string Exhaust = """
        update hosted_checkout_sessions session
        set exhausted_at = @now, next_retry_at = null, updated_at = @now
        from invoices invoice
        where invoice.id = session.invoice_id
            and session.status in ('initiated', 'failed', 'expired')
            and session.next_retry_at <= @now and session.retry_count >= @maxAttempts and session.exhausted_at is null
            and session.debit_at is null
            and invoice.status not in ('paid', 'void')
        returning session.id
        """;

    private const string ListDue = """
        select session.id
        from hosted_checkout_sessions session
        join invoices invoice on invoice.id = session.invoice_id
        where session.status in ('initiated', 'failed', 'expired') and session.next_retry_at <= @now
            and session.retry_count < @maxAttempts and session.debit_at is null and invoice.status not in ('paid', 'void')
        order by session.next_retry_at, session.created_at
        limit @limit
        """;

    // The lock lasts until the attempt commits. No row when another run holds the session, it is no longer due, or the invoice is paid.
    private const string LockDue = $"""
        select {Columns}
        from hosted_checkout_sessions session
        join invoices invoice on invoice.id = session.invoice_id
        where session.id = @id
            and session.status in ('initiated', 'failed', 'expired') and session.next_retry_at <= @now
            and session.retry_count < @maxAttempts and session.debit_at is null and invoice.status not in ('paid', 'void')
        for update of session skip locked
        """;

    private const string WriteAttempt = """
        update hosted_checkout_sessions
        set retry_count = @attempt, last_retry_at = @now, next_retry_at = @nextRetryAt, metadata = @metadata::jsonb,
            updated_at = @now
        where id = @id
        """;

    private const string Schedule = """
        update hosted_checkout_sessions
        set next_retry_at = @now, updated_at = @now
        where id = @id and status || '/' || retry_count = @state and next_retry_at is null and exhausted_at is null
        """;

    // When the last message was sent or queued; messages that were never sent do not count.
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

    // Why a reminder must not be sent: null while the invoice is still to be paid.
    private const string Objection = """
        select case
            when session.id is null then 'session_gone'
            when invoice.status = 'paid' then 'invoice_paid'
            when invoice.status = 'void' then 'invoice_void'
            when session.status not in ('initiated', 'failed', 'expired') then 'session_' || session.status
            when session.debit_at is not null then 'payment_processing'
            when session.last_error = 'amount_mismatch' then 'payment_under_review'
        end
        from (select @id::uuid as id) asked
        left join hosted_checkout_sessions session on session.id = asked.id
        left join invoices invoice on invoice.id = session.invoice_id
        """;

    // Each alternative has its own index, so that this stays fast in the webhook's transaction.
    internal const string LockByReference = """
        select session.id, session.status, session.status_event_at, session.debit_at, session.completed_at, invoice.status as invoice_status,
            invoice.balance_due, invoice.currency
        from hosted_checkout_sessions session
        join invoices invoice on invoice.id = session.invoice_id
        where session.id = @ownId
            or session.session_id = any(@references)
            or session.metadata ->> 'payment_intent' = any(@references)
        order by session.id
        for update of session
        """;

    private const string Link = """
        update hosted_checkout_sessions
        set metadata = metadata || jsonb_build_object('payment_intent', @intent::text)
        where id = @id and metadata ->> 'payment_intent' is distinct from @intent
        """;

    // A payment of another amount ends automatic recovery: operators decide.
    private const string Move = """
        update hosted_checkout_sessions
        set status = @status,
            completed_at = case when @status = 'completed' then @happenedAt::timestamptz else completed_at end,
            cancelled_at = case @status when 'expired' then @now when 'initiated' then null else cancelled_at end,
            exhausted_at = case when @isMismatch then coalesce(exhausted_at, @now) else exhausted_at end,
            next_retry_at = case when exhausted_at is not null then null else @nextRetryAt::timestamptz end,
            debit_at = case when @isDebit then @happenedAt::timestamptz end,
            status_event_at = @happenedAt,
            last_error = coalesce(@error, last_error),
            metadata = metadata || jsonb_strip_nulls(
                jsonb_build_object('last_webhook_event', @eventType::text, 'payment_intent', @intent::text)),
            updated_at = @now
        where id = @id
        returning invoice_id
        """;

    private const string PayInvoice = """
        update invoices
        set status = 'paid', paid_at = least(paid_at, @happenedAt), balance_due = 0, updated_at = @now
        where id = @invoiceId and status <> 'void'
        """;

    // All three changes or none, and only if the old session has not changed since it was read: two callers make one successor.
    private const string Replace = """
        with replaced as (
            update hosted_checkout_sessions
            set status = 'abandoned', cancelled_at = @now, next_retry_at = null,
                last_error = coalesce(last_error, 'replaced_by_regeneration'),
                metadata = metadata || jsonb_build_object('regenerated_at', @now, 'regenerated_to_id', @newId::uuid),
                updated_at = @now
            where id = @oldId and updated_at = @expectedUpdatedAt and status not in ('completed', 'abandoned') and debit_at is null
            returning workspace_id, invoice_id
        ),
        made as (
            insert into hosted_checkout_sessions (
                id, session_id, workspace_id, invoice_id, status, url, expires_at, metadata, recovery_notes, retry_count,
                last_retry_at, next_retry_at, created_at, updated_at)
            select @newId, @sessionId, workspace_id, invoice_id, 'initiated', @url, @expiresAt, @metadata::jsonb, @notes,
                @retryCount, @now, @nextRetryAt, @now, @now
            from replaced
            returning id, invoice_id
        )
        update invoices
        set hosted_session_id = made.id, updated_at = @now
        from made
        where invoices.id = made.invoice_id
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

    /// <summary>Expires open sessions that have run out of time. Sessions that another transaction has locked are left for the next run.</summary>
    public Task<int> ExpireAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        ExecuteAsync(Expire, new { now, limit }, cancellationToken);

    /// <summary>Abandons sessions whose invoice was paid in another way.</summary>
    public Task<int> AbandonAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        ExecuteAsync(Abandon, new { now, limit }, cancellationToken);

    public async Task<IReadOnlyList<Guid>> ExhaustAsync(
        DateTimeOffset now, int maxAttempts, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (await transaction.Connection!.QueryAsync<Guid>(
            Sql.Command(Exhaust, new { now, maxAttempts }, cancellationToken, transaction))).AsList();

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

    /// <summary>Makes a session due now that has no next attempt.</summary>
    /// <param name="state">Status and retry count as they were read, as <c>failed/2</c>.</param>
    /// <returns>False when the session has changed since.</returns>
    public async Task<bool> ScheduleAsync(Guid id, string state, DateTimeOffset now, CancellationToken cancellationToken) =>
        await ExecuteAsync(Schedule, new { id, state, now }, cancellationToken) == 1;

    public Task<DateTimeOffset?> LastNoticeAsync(
        string[] keys, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<DateTimeOffset?>(
            Sql.Command(LastNotice, new { keys }, cancellationToken, transaction));

    /// <summary>Notices that were sent.</summary>
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

    /// <summary>Locks the sessions that an event of the payment provider refers to, by their id or by the provider's.</summary>
    public async Task<IReadOnlyList<LockedSession>> LockByReferenceAsync(
        string[] references, Guid? ownId, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (await transaction.Connection!.QueryAsync<LockedSession>(
            Sql.Command(LockByReference, new { references, ownId }, cancellationToken, transaction))).AsList();

    /// <summary>Records the payment intent of a session that the event does not move.</summary>
    public Task LinkAsync(Guid id, string? intent, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        intent is null
            ? Task.CompletedTask
            : transaction.Connection!.ExecuteAsync(Sql.Command(Link, new { id, intent }, cancellationToken, transaction));

    /// <summary>Changes a session's status, and pays its invoice when the session is completed.</summary>
    public async Task MoveAsync(
        Guid id, HostedStatusChange change, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var parameters = new
        {
            id,
            status = change.Status,
            eventType = change.EventType,
            intent = change.IntentId,
            error = change.Error,
            happenedAt = change.HappenedAt,
            isDebit = change.IsDebit,
            isMismatch = change.IsMismatch,
            now = change.At,
            nextRetryAt = change.NextRetryAt,
        };
        var invoiceId = await transaction.Connection!.QuerySingleAsync<Guid>(
            Sql.Command(Move, parameters, cancellationToken, transaction));
        if (change.Status == HostedStatus.Completed)
        {
            await transaction.Connection!.ExecuteAsync(
                Sql.Command(PayInvoice, new { invoiceId, happenedAt = change.HappenedAt, now = change.At }, cancellationToken, transaction));
        }
    }

    /// <summary>Replaces a session with its successor.</summary>
    /// <returns>False when the old session has changed since it was read.</returns>
    public async Task<bool> ReplaceAsync(
        HostedSession old, Successor successor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // The invoice refers to the new row, which must exist when the foreign key is checked.
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var parameters = new
        {
            oldId = old.Id,
            newId = successor.Id,
            expectedUpdatedAt = old.UpdatedAt,
            sessionId = successor.SessionId,
            url = successor.Url,
            expiresAt = successor.ExpiresAt,
            metadata = successor.Metadata,
            notes = successor.Notes,
            retryCount = successor.RetryCount,
            nextRetryAt = successor.NextRetryAt,
            now,
        };
        var changed = await connection.ExecuteAsync(Sql.Command(Replace, parameters, cancellationToken, transaction)) == 1;
        await transaction.CommitAsync(cancellationToken);
        return changed;
    }

    private async Task<int> ExecuteAsync(string statement, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(statement, parameters, cancellationToken));
    }
}

/// <summary>A change of status that the payment provider reported.</summary>
public sealed record HostedStatusChange
{
    public required string Status { get; init; }

    public required string EventType { get; init; }

    public required string? IntentId { get; init; }

    public required string? Error { get; init; }

    /// <summary>When it happened at the provider.</summary>
    public required DateTimeOffset HappenedAt { get; init; }

    /// <summary>The customer has authorised a debit, and the bank answers later.</summary>
    public required bool IsDebit { get; init; }

    /// <summary>Another amount or currency came than is due.</summary>
    public required bool IsMismatch { get; init; }

    public required DateTimeOffset At { get; init; }

    public required DateTimeOffset? NextRetryAt { get; init; }
}

/// <summary>What decides whether an event moves a session.</summary>
public sealed record LockedSession
{
    public required Guid Id { get; init; }

    public required string Status { get; init; }

    /// <summary>When the event happened that set the status; null when none did.</summary>
    public DateTimeOffset? StatusEventAt { get; init; }

    public DateTimeOffset? DebitAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public required string InvoiceStatus { get; init; }

    public required decimal BalanceDue { get; init; }

    public required string Currency { get; init; }
}

/// <summary>A message about a session that was sent.</summary>
public sealed record SentNotice
{
    public required string Key { get; init; }

    public required string Channel { get; init; }

    public required DateTimeOffset SentAt { get; init; }
}

/// <summary>The session that replaces another one.</summary>
public sealed record Successor(
    Guid Id,
    string SessionId,
    string Url,
    DateTimeOffset ExpiresAt,
    string Metadata,
    string? Notes,
    int RetryCount,
    DateTimeOffset NextRetryAt);
