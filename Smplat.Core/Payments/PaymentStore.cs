using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Payments;

/// <summary>Tables <c>payments</c>, <c>payment_refund</c> and <c>payment_dispute</c>.</summary>
public sealed class PaymentStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        id, order_id, provider, provider_reference, provider_session_id, status, amount, currency, refunded_amount,
        coalesce(refunded_minor, round(refunded_amount * 100))::bigint as refunded_minor, received_minor, received_currency,
        is_mismatched, is_processing, debit_started_at, debit_ended_at, charge_refunded_minor, charge_refunded_at, failure_reason,
        failed_at, captured_at, checkout_url, request_hash, page_closed_at as session_closed_at, created_at, updated_at
        """;

    private const string Find = $"select {Columns} from payments where id = @Id";

    private const string FindByRequestKey = $"select {Columns} from payments where request_key = @RequestKey";

    // Serialises the events of one payment. Our own id is the most reliable reference, then intent, then session.
    private const string LockByReference =
        $"""
        select {Columns}
        from payments
        where provider = 'stripe'
            and (id = @PaymentId or provider_reference = any(@References) or provider_session_id = any(@References))
        order by (id = @PaymentId) desc nulls last, created_at
        limit 1
        for update
        """;

    // One idempotency key makes one payment, however often it is repeated.
    private const string Insert =
        """
        insert into payments (id, order_id, provider, status, amount, currency, request_key, request_hash, created_at, updated_at)
        values (@Id, @OrderId, 'stripe', 'pending', @Amount, @Currency, @RequestKey, @RequestHash, @CreatedAt, @CreatedAt)
        on conflict (request_key) do nothing
        """;

    // Whoever called at the same time may have taken the payment back; the session exists, so its payment must.
    private const string SetSession =
        """
        insert into payments as known
            (id, order_id, provider, status, amount, currency, provider_session_id, checkout_url, provider_reference, created_at, updated_at)
        values
            (@Id, @OrderId, 'stripe', 'pending', @Amount, @Currency, @SessionId, @CheckoutUrl, coalesce(@IntentId, @SessionId),
             @CreatedAt, @Now)
        on conflict (id) do update
        set provider_session_id = @SessionId, checkout_url = @CheckoutUrl,
            provider_reference = coalesce(@IntentId, known.provider_reference, @SessionId), updated_at = @Now
        """;

    private const string DeleteUnused = "delete from payments where id = @Id and provider_session_id is null and status = 'pending'";

    private const string Save =
        """
        update payments
        set status = @Status, captured_at = @CapturedAt, failed_at = @FailedAt, failure_reason = @FailureReason,
            refunded_amount = @RefundedAmount, refunded_minor = @RefundedMinor, received_minor = @ReceivedMinor,
            received_currency = @ReceivedCurrency, is_mismatched = @IsMismatched, is_processing = @IsProcessing,
            debit_started_at = @DebitStartedAt, debit_ended_at = @DebitEndedAt, charge_refunded_minor = @ChargeRefundedMinor,
            charge_refunded_at = @ChargeRefundedAt, provider_reference = @ProviderReference,
            provider_session_id = @ProviderSessionId, page_closed_at = @SessionClosedAt, updated_at = @UpdatedAt
        where id = @Id
        """;

    private const string ListRefunds =
        """
        select id, coalesce(amount_minor, round(amount * 100))::bigint as minor, currency, status, reason, requested_at, event_at as at
        from payment_refund
        where payment_id = @PaymentId
        order by id
        """;

    // The payment's row is locked, so nobody else merges an event about the same refund.
    private const string SaveRefund =
        """
        insert into payment_refund (id, payment_id, amount, amount_minor, currency, status, reason, requested_at, event_at)
        values (@Id, @PaymentId, @Amount, @Minor, @Currency, @Status, @Reason, @RequestedAt, @At)
        on conflict (id) do update
        set amount = excluded.amount, amount_minor = excluded.amount_minor, currency = excluded.currency, status = excluded.status,
            reason = excluded.reason, requested_at = excluded.requested_at, event_at = excluded.event_at
        """;

    // The latest event about a dispute wins, in whatever order events arrive.
    private const string UpsertDispute =
        """
        insert into payment_dispute (id, payment_id, amount, status, reason, event_at)
        values (@Id, @PaymentId, @Amount, @Status, @Reason, @At)
        on conflict (id) do update
        set amount = excluded.amount, status = excluded.status, reason = excluded.reason, event_at = excluded.event_at
        where (excluded.event_at, excluded.status) > (payment_dispute.event_at, payment_dispute.status)
        """;

    // The order's row is locked, so of two payments that arrive at the same time the second one is the duplicate.
    private const string MarkDuplicate =
        """
        update payments
        set is_surplus = true
        where id = @Id and exists (
            select 1
            from payments other
            where other.order_id = payments.order_id and other.id <> payments.id and other.status = 'succeeded')
        """;

    private const string CountDuplicates =
        """
        select count(*)
        from payments duplicate
        where duplicate.is_surplus and duplicate.status = 'succeeded' and exists (
            select 1
            from payments other
            where other.order_id = duplicate.order_id and other.id <> duplicate.id and other.status = 'succeeded')
        """;

    private const string CountMismatches = "select count(*) from payments where is_mismatched and status <> 'refunded'";

    private const string ReadOrderState =
        """
        select
            coalesce(bool_or(status = 'succeeded'), false) as is_paid,
            coalesce(bool_or(status = 'failed'), false) as has_failed,
            coalesce(bool_or(status = 'refunded'), false) as is_refunded,
            coalesce(bool_or(is_mismatched and status <> 'refunded'), false) as is_mismatched,
            coalesce(bool_or(is_processing), false) as is_processing,
            exists (
                select 1
                from payment_dispute dispute
                join payments disputed on disputed.id = dispute.payment_id
                where disputed.order_id = @OrderId and dispute.status in ('needs_response', 'under_review', 'lost')
            ) as is_disputed
        from payments
        where order_id = @OrderId
        """;

    // Derived from committed rows alone: whoever commits last sees the session, and a crash loses nothing.
    private const string ListSuperseded =
        """
        select session.id as payment_id, session.order_id, session.provider_session_id as session_id
        from payments session
        join orders on orders.id = session.order_id
        where session.provider = 'stripe' and session.provider_session_id is not null and session.page_closed_at is null
            and session.status in ('pending', 'failed') and session.created_at > @Since
            and (@OrderId::uuid is null or session.order_id = @OrderId)
            and (orders.status = 'canceled'
                or exists (
                    select 1
                    from payments paid
                    where paid.order_id = session.order_id and paid.status = 'succeeded')
                or exists (
                    select 1
                    from payments newer
                    where newer.order_id = session.order_id and newer.provider_session_id is not null
                        and newer.page_closed_at is null and newer.status in ('pending', 'failed')
                        and (newer.created_at, newer.id) > (session.created_at, session.id)))
        order by session.created_at desc
        limit @Limit
        """;

    private const string CloseSession =
        "update payments set page_closed_at = coalesce(page_closed_at, @Now), updated_at = @Now where id = @PaymentId";

    public async Task<Payment?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Payment>(Sql.Command(Find, new { Id = id }, cancellationToken));
    }

    public async Task<Payment?> FindByRequestKeyAsync(string requestKey, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Payment>(Sql.Command(
            FindByRequestKey, new { RequestKey = requestKey }, cancellationToken));
    }

    /// <returns>False when there is a payment with this key already.</returns>
    public async Task<bool> InsertAsync(Payment payment, string? requestKey, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(
            Insert,
            new { payment.Id, payment.OrderId, payment.Amount, payment.Currency, RequestKey = requestKey, payment.RequestHash, payment.CreatedAt },
            cancellationToken)) == 1;
    }

    public Task SetSessionAsync(
        Payment payment,
        SessionOutcome.Made session,
        DateTimeOffset now,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(
            SetSession,
            new
            {
                payment.Id,
                payment.OrderId,
                payment.Amount,
                payment.Currency,
                payment.CreatedAt,
                session.SessionId,
                session.IntentId,
                CheckoutUrl = session.Url,
                Now = now,
            },
            cancellationToken,
            transaction));

    /// <summary>Deletes a payment for which the provider refused to create a session.</summary>
    public async Task DeleteUnusedAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(DeleteUnused, new { Id = id }, cancellationToken));
    }

    public async Task<OrderPaymentState> ReadOrderStateAsync(Guid orderId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleAsync<OrderPaymentState>(Sql.Command(ReadOrderState, new { OrderId = orderId }, cancellationToken));
    }

    public Task<OrderPaymentState> ReadOrderStateAsync(Guid orderId, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.QuerySingleAsync<OrderPaymentState>(Sql.Command(
            ReadOrderState, new { OrderId = orderId }, cancellationToken, transaction));

    public Task<Payment?> LockAsync(
        Guid? paymentId, IReadOnlyList<string> references, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<Payment>(Sql.Command(
            LockByReference,
            new { PaymentId = paymentId, References = references.ToArray() },
            cancellationToken,
            transaction));

    public Task SaveAsync(Payment payment, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(Save, payment, cancellationToken, transaction));

    /// <returns>True when another payment of its order has succeeded already.</returns>
    public async Task<bool> MarkDuplicateAsync(Guid id, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        await transaction.Connection!.ExecuteAsync(Sql.Command(MarkDuplicate, new { Id = id }, cancellationToken, transaction)) == 1;

    public async Task<long> CountDuplicatesAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(Sql.Command(CountDuplicates, null, cancellationToken));
    }

    public async Task<long> CountMismatchesAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(Sql.Command(CountMismatches, null, cancellationToken));
    }

    public async Task<IReadOnlyList<PaymentFact.Refund>> ListRefundsAsync(
        Guid paymentId, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var rows = await transaction.Connection!.QueryAsync<RefundRow>(Sql.Command(
            ListRefunds, new { PaymentId = paymentId }, cancellationToken, transaction));
        return
        [
            .. rows.Select(row => new PaymentFact.Refund(
                row.Id, row.Minor, row.Currency, row.Status, row.Reason, row.RequestedAt, row.At)),
        ];
    }

    /// <param name="currency">The payment's, for a refund whose event names none.</param>
    public Task SaveRefundAsync(
        Guid paymentId, PaymentFact.Refund refund, string currency, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(
            SaveRefund,
            new
            {
                refund.Id,
                PaymentId = paymentId,
                Money.OfMinor(refund.Minor, refund.Currency ?? currency).Amount,
                refund.Minor,
                refund.Currency,
                refund.Status,
                refund.Reason,
                refund.RequestedAt,
                refund.At,
            },
            cancellationToken,
            transaction));

    public Task AddDisputeAsync(
        Guid paymentId, PaymentFact.Dispute dispute, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(
            UpsertDispute,
            new { dispute.Id, PaymentId = paymentId, dispute.Amount, dispute.Status, dispute.Reason, dispute.At },
            cancellationToken,
            transaction));

    /// <param name="orderId">Null lists those of all orders.</param>
    /// <param name="since">Sessions created before this have expired by themselves.</param>
    public async Task<IReadOnlyList<CheckoutSession>> ListSupersededAsync(
        Guid? orderId, DateTimeOffset since, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<CheckoutSession>(Sql.Command(
            ListSuperseded, new { OrderId = orderId, Since = since, Limit = limit }, cancellationToken))).AsList();
    }

    public async Task CloseSessionAsync(Guid paymentId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(CloseSession, new { PaymentId = paymentId, Now = now }, cancellationToken));
    }
}

/// <summary>A checkout session at the provider in which an order can still be paid.</summary>
public sealed record CheckoutSession(Guid PaymentId, Guid OrderId, string SessionId);

/// <summary>A row of <c>payment_refund</c>.</summary>
internal sealed record RefundRow
{
    public required string Id { get; init; }

    public long Minor { get; init; }

    public string? Currency { get; init; }

    public string? Status { get; init; }

    public string? Reason { get; init; }

    public DateTimeOffset? RequestedAt { get; init; }

    public DateTimeOffset At { get; init; }
}
