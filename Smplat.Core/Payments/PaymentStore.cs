using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Payments;

/// <summary>Tables <c>payments</c>, <c>payment_refund</c> and <c>payment_dispute</c>.</summary>
public sealed class PaymentStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        id, order_id, provider, provider_reference, provider_session_id, status, amount, currency, refunded_amount, failure_reason,
        failed_at, captured_at, checkout_url, page_closed_at, created_at, updated_at
        """;

    private const string Find = $"select {Columns} from payments where id = @Id";

    private const string FindByRequestKey = $"select {Columns} from payments where request_key = @RequestKey";

    // Serialises the events of one payment. The app's own id is the surest; intent and session follow.
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

    // A caller's key makes one payment, however often it comes.
    private const string Insert =
        """
        insert into payments (id, order_id, provider, status, amount, currency, request_key, created_at, updated_at)
        values (@Id, @OrderId, 'stripe', 'pending', @Amount, @Currency, @RequestKey, @CreatedAt, @CreatedAt)
        on conflict (request_key) do nothing
        """;

    private const string SetSession =
        """
        update payments
        set provider_session_id = @SessionId, checkout_url = @CheckoutUrl,
            provider_reference = coalesce(@IntentId, provider_reference, @SessionId), updated_at = @Now
        where id = @Id
        """;

    private const string DeleteUnused = "delete from payments where id = @Id and provider_session_id is null and status = 'pending'";

    private const string Save =
        """
        update payments
        set status = @Status, captured_at = @CapturedAt, failed_at = @FailedAt, failure_reason = @FailureReason,
            refunded_amount = @RefundedAmount, provider_reference = @ProviderReference,
            provider_session_id = @ProviderSessionId, page_closed_at = @PageClosedAt, updated_at = @UpdatedAt
        where id = @Id
        """;

    // The latest word on a refund stands, in whatever order the words come.
    private const string UpsertRefund =
        """
        insert into payment_refund (id, payment_id, amount, status, reason, event_at)
        values (@Id, @PaymentId, @Amount, @Status, @Reason, @At)
        on conflict (id) do update
        set amount = excluded.amount, status = excluded.status, reason = excluded.reason, event_at = excluded.event_at
        where (excluded.event_at, coalesce(excluded.status, '')) > (payment_refund.event_at, coalesce(payment_refund.status, ''))
        """;

    // The latest word on a dispute stands, in whatever order the words come.
    private const string UpsertDispute =
        """
        insert into payment_dispute (id, payment_id, amount, status, reason, event_at)
        values (@Id, @PaymentId, @Amount, @Status, @Reason, @At)
        on conflict (id) do update
        set amount = excluded.amount, status = excluded.status, reason = excluded.reason, event_at = excluded.event_at
        where (excluded.event_at, excluded.status) > (payment_dispute.event_at, payment_dispute.status)
        """;

    private const string SumRefunds =
        "select coalesce(sum(amount), 0) from payment_refund where payment_id = @PaymentId and status = 'succeeded'";

    // With the order's row locked, of two payments that come at once the second one is the surplus.
    private const string MarkSurplus =
        """
        update payments
        set is_surplus = true
        where id = @Id and exists (
            select 1
            from payments other
            where other.order_id = payments.order_id and other.id <> payments.id and other.status = 'succeeded')
        """;

    private const string CountSurplus =
        """
        select count(*)
        from payments surplus
        where surplus.is_surplus and surplus.status = 'succeeded' and exists (
            select 1
            from payments other
            where other.order_id = surplus.order_id and other.id <> surplus.id and other.status = 'succeeded')
        """;

    private const string AddUp =
        """
        select
            coalesce(bool_or(status = 'succeeded'), false) as is_paid,
            coalesce(bool_or(status = 'failed'), false) as has_failed,
            coalesce(bool_or(status = 'refunded'), false) as is_refunded,
            exists (
                select 1
                from payment_dispute dispute
                join payments disputed on disputed.id = dispute.payment_id
                where disputed.order_id = @OrderId and dispute.status in ('needs_response', 'under_review', 'lost')
            ) as is_disputed
        from payments
        where order_id = @OrderId
        """;

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

    /// <returns>False when the key has made a payment before.</returns>
    public async Task<bool> InsertAsync(Payment payment, string? requestKey, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(
            Insert,
            new { payment.Id, payment.OrderId, payment.Amount, payment.Currency, RequestKey = requestKey, payment.CreatedAt },
            cancellationToken)) == 1;
    }

    public Task SetSessionAsync(
        Guid id,
        string sessionId,
        string? intentId,
        string checkoutUrl,
        DateTimeOffset now,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(
            SetSession,
            new { Id = id, SessionId = sessionId, IntentId = intentId, CheckoutUrl = checkoutUrl, Now = now },
            cancellationToken,
            transaction));

    /// <summary>Takes back a payment that the provider refused to make a session for.</summary>
    public async Task DeleteUnusedAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(DeleteUnused, new { Id = id }, cancellationToken));
    }

    public async Task<OrderMoney> AddUpAsync(Guid orderId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleAsync<OrderMoney>(Sql.Command(AddUp, new { OrderId = orderId }, cancellationToken));
    }

    public Task<OrderMoney> AddUpAsync(Guid orderId, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.QuerySingleAsync<OrderMoney>(Sql.Command(
            AddUp, new { OrderId = orderId }, cancellationToken, transaction));

    public Task<Payment?> LockAsync(
        Guid? paymentId, IReadOnlyList<string> references, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<Payment>(Sql.Command(
            LockByReference,
            new { PaymentId = paymentId, References = references.ToArray() },
            cancellationToken,
            transaction));

    public Task SaveAsync(Payment payment, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(Save, payment, cancellationToken, transaction));

    /// <returns>True when another payment of its order stands already.</returns>
    public async Task<bool> MarkSurplusAsync(Guid id, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        await transaction.Connection!.ExecuteAsync(Sql.Command(MarkSurplus, new { Id = id }, cancellationToken, transaction)) == 1;

    public async Task<long> CountSurplusAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(Sql.Command(CountSurplus, null, cancellationToken));
    }

    /// <returns>Everything refunded so far, by the single refunds.</returns>
    public async Task<decimal> AddRefundAsync(
        Guid paymentId, PaymentFact.Refund refund, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        await connection.ExecuteAsync(Sql.Command(
            UpsertRefund,
            new { refund.Id, PaymentId = paymentId, refund.Amount, refund.Status, refund.Reason, refund.At },
            cancellationToken,
            transaction));
        return await connection.ExecuteScalarAsync<decimal>(Sql.Command(
            SumRefunds, new { PaymentId = paymentId }, cancellationToken, transaction));
    }

    public Task AddDisputeAsync(
        Guid paymentId, PaymentFact.Dispute dispute, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(
            UpsertDispute,
            new { dispute.Id, PaymentId = paymentId, dispute.Amount, dispute.Status, dispute.Reason, dispute.At },
            cancellationToken,
            transaction));
}
