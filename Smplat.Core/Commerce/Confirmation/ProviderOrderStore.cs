using Dapper;
using Npgsql;
using Smplat.Core.Commerce.Learning;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>
/// The attempts at providers and the resulting orders. Only the owner of a session, identified by the row's version,
/// writes orders and ends the session.
/// </summary>
public sealed class ProviderOrderStore(NpgsqlDataSource database)
{
    // Written before the provider is called, so that no order can exist without a record of its attempt. Only the owner of the
    // session starts one, and one that has not provably failed is never started again.
    private const string StartAttempt =
        """
        with held as (
            select id
            from commerce.routing_sessions
            where id = @SessionId and status = 'confirming' and row_version = @rowVersion
            for share
        )
        insert into commerce.order_attempts as known (
            id, session_id, leg, attempt_no, provider_id, idempotency_key, outcome, total_cents, started_at)
        select @Id, held.id, @Leg, @Number, @provider, @IdempotencyKey, 'started', @TotalCents, @StartedAt
        from held
        on conflict (idempotency_key) do update
        set started_at = excluded.started_at, outcome = 'started', submitted_at = null, finished_at = null,
            error_code = null, error = null, evidence = null, attention_at = null, settled_by = null
        where known.outcome = 'failed'
        """;

    // The last moment to stop a process that no longer owns the session.
    private const string SubmitAttempt =
        """
        with held as (
            select id
            from commerce.routing_sessions
            where id = @sessionId and status = 'confirming' and row_version = @rowVersion
            for share
        )
        update commerce.order_attempts attempt
        set outcome = 'submitted', submitted_at = @now
        from held
        where attempt.session_id = held.id and attempt.idempotency_key = @key and attempt.outcome = 'started'
        """;

    private const string FinishAttempt =
        """
        update commerce.order_attempts
        set outcome = @outcome, error_code = @errorCode, error = @error, evidence = coalesce(@evidence, evidence), finished_at = @now
        where idempotency_key = @key
        """;

    // Every attempt that may have placed an order, not only the last one.
    private const string OpenAttempts =
        """
        select leg, attempt_no, provider_id, idempotency_key, outcome, started_at, submitted_at, attention_at, provider_order_id
        from commerce.order_attempts
        where session_id = @sessionId and outcome <> 'failed'
        order by leg, attempt_no
        """;

    private const string AskOperators =
        """
        update commerce.order_attempts
        set attention_at = @now, evidence = @evidence
        where idempotency_key = @key and attention_at is null
        """;

    // Only the owner of the session may store an order, and no process can take the session over meanwhile.
    private const string HoldSession =
        "select id from commerce.routing_sessions where id = @id and status = 'confirming' and row_version = @rowVersion for update";

    private const string InsertOrder =
        """
        insert into commerce.orders (
            id, order_ref, request_id, session_id, leg, provider_id, provider_order_id, user_id, status, mode, total_cents,
            commission_cents, items_count, tracking_url, checkout_url, failover_from, is_mock, created_at, updated_at)
        values (
            @Id, @OrderRef, @RequestId, @SessionId, @Leg, @provider, @ProviderOrderId, @UserId, @status, @mode, @TotalCents,
            @CommissionCents, @ItemsCount, @TrackingUrl, @CheckoutUrl, @failoverFrom, @IsMock, @CreatedAt, @CreatedAt)
        on conflict (session_id, leg) do nothing
        """;

    private const string FindBooked =
        """
        select id, order_ref, request_id, session_id, leg, provider_id, provider_order_id, user_id, mode, total_cents,
            commission_cents, items_count, tracking_url, checkout_url, failover_from, is_mock, created_at
        from commerce.orders
        where session_id = @sessionId
        order by leg
        """;

    // Only the owner of the session ends it, once.
    private const string EndSession =
        """
        update commerce.routing_sessions
        set status = @status, result = @result::jsonb, updated_at = @now, row_version = row_version + 1
        where id = @id and status = 'confirming' and row_version = @rowVersion
        """;

    private const string FindOrders =
        """
        select id, session_id, order_ref, provider_id, provider_order_id, user_id, status
        from commerce.orders
        where session_id = @sessionId or order_ref = @orderRef
        order by leg
        """;

    private const string CancelOrderRow =
        "update commerce.orders set status = 'cancelled', updated_at = @now where id = @id and status <> 'cancelled'";

    // The session is cancelled once all its orders are.
    private const string CancelConfirmed =
        """
        update commerce.routing_sessions
        set status = 'cancelled', updated_at = @now, row_version = row_version + 1
        where id = @sessionId
            and status = 'confirmed'
            and not exists (
                select from commerce.orders where orders.session_id = routing_sessions.id and orders.status <> 'cancelled')
        """;

    /// <returns>False when another process owns the session, or an earlier attempt at this provider is not settled.</returns>
    public async Task<bool> StartAsync(ClaimedSession session, OrderAttempt attempt, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(
            StartAttempt,
            new
            {
                attempt.Id,
                attempt.SessionId,
                session.RowVersion,
                attempt.Leg,
                attempt.Number,
                provider = attempt.Provider.ToWire(),
                attempt.IdempotencyKey,
                attempt.TotalCents,
                attempt.StartedAt,
            },
            cancellationToken)) == 1;
    }

    /// <summary>Records that the attempt goes to its provider now.</summary>
    /// <param name="rowVersion">The session's version when the attempt was started.</param>
    /// <returns>False when the session has another version by now: nothing may be submitted.</returns>
    public async Task<bool> SubmitAsync(
        Guid sessionId, long rowVersion, string key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(
            SubmitAttempt, new { sessionId, rowVersion, key, now }, cancellationToken)) == 1;
    }

    /// <returns>False when another process has taken the session over; nothing is written then.</returns>
    public async Task<bool> FinishAsync(
        ClaimedSession session, AttemptEnd end, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await HoldAsync(session, transaction, cancellationToken))
        {
            return false;
        }

        await connection.ExecuteAsync(Sql.Command(FinishAttempt, Finish(end, now), cancellationToken, transaction));
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>The attempts of a session that have not provably failed, by part and number.</summary>
    public async Task<IReadOnlyList<AttemptRow>> OpenAttemptsAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<AttemptRow>(Sql.Command(OpenAttempts, new { sessionId }, cancellationToken))).AsList();
    }

    /// <returns>False when operators were asked before.</returns>
    public async Task<bool> AskOperatorsAsync(AttemptRow attempt, string evidence, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(
            AskOperators, new { key = attempt.IdempotencyKey, evidence, now }, cancellationToken)) == 1;
    }

    /// <summary>Stores one part of a split order while others are still being ordered, so that a crash between two parts loses none.</summary>
    public async Task BookAsync(ClaimedSession session, LegOutcome.Done done, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await HoldAsync(session, transaction, cancellationToken))
        {
            return;
        }

        await connection.ExecuteAsync(Sql.Command(
            FinishAttempt, Finish(done.Attempt, now), cancellationToken, transaction));
        await connection.ExecuteAsync(Sql.Command(InsertOrder, Row(done.Order), cancellationToken, transaction));
        await transaction.CommitAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<PlacedOrder>> FindBookedAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<BookedRow>(Sql.Command(FindBooked, new { sessionId }, cancellationToken));
        return [.. rows.Select(row => row.ToOrder())];
    }

    /// <summary>The end of a session, its attempts, orders and outcomes commit together, or not at all.</summary>
    /// <returns>False when another process has taken the session over; nothing is written then.</returns>
    public async Task<bool> EndAsync(
        ClaimedSession session, SessionCompletion completion, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var result = CommerceJson.Text(completion.Answer, ConfirmationJson.Default.ConfirmAnswer);
        var ended = await connection.ExecuteAsync(Sql.Command(
            EndSession,
            new { id = session.Id, session.RowVersion, status = completion.Status, result, now },
            cancellationToken,
            transaction));
        if (ended == 0)
        {
            return false;
        }

        foreach (var attempt in completion.Attempts)
        {
            await connection.ExecuteAsync(Sql.Command(FinishAttempt, Finish(attempt, now), cancellationToken, transaction));
        }

        foreach (var order in completion.Orders)
        {
            await connection.ExecuteAsync(Sql.Command(InsertOrder, Row(order), cancellationToken, transaction));
        }

        foreach (var outcome in completion.OrderOutcomes)
        {
            await connection.ExecuteAsync(Sql.Command(
                OutcomeStore.RecordStatement, OutcomeStore.Row(outcome), cancellationToken, transaction));
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    public async Task<IReadOnlyList<OrderRow>> FindOrdersAsync(
        Guid? sessionId, string? orderRef, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<OrderRow>(Sql.Command(FindOrders, new { sessionId, orderRef }, cancellationToken))).AsList();
    }

    public async Task CancelOrderAsync(OrderRow order, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(CancelOrderRow, new { order.Id, now }, cancellationToken, transaction));
        await connection.ExecuteAsync(Sql.Command(CancelConfirmed, new { order.SessionId, now }, cancellationToken, transaction));
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<bool> HoldAsync(ClaimedSession session, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        await transaction.Connection!.ExecuteScalarAsync<Guid?>(Sql.Command(
            HoldSession, new { id = session.Id, session.RowVersion }, cancellationToken, transaction)) is not null;

    private static object Finish(AttemptEnd end, DateTimeOffset now) => new
    {
        key = end.IdempotencyKey,
        outcome = end.Outcome,
        errorCode = end.Failure?.Code,
        error = end.Failure?.Message,
        evidence = end.Evidence,
        now,
    };

    private static object Row(PlacedOrder order) => new
    {
        order.Id,
        order.OrderRef,
        order.RequestId,
        order.SessionId,
        order.Leg,
        provider = order.Provider.ToWire(),
        order.ProviderOrderId,
        order.UserId,
        status = order.Mode == ConfirmMode.Placed ? "placed" : "handed_off",
        mode = order.Mode == ConfirmMode.Placed ? "placed" : "handoff",
        order.TotalCents,
        order.CommissionCents,
        order.ItemsCount,
        order.TrackingUrl,
        order.CheckoutUrl,
        failoverFrom = order.FailoverFrom?.ToWire(),
        order.IsMock,
        order.CreatedAt,
    };

    /// <summary>An order as it is read; the members are set by Dapper.</summary>
    private sealed record BookedRow
    {
        public required Guid Id { get; init; }

        public required string OrderRef { get; init; }

        public required string RequestId { get; init; }

        public required Guid SessionId { get; init; }

        public required int Leg { get; init; }

        public required string ProviderId { get; init; }

        public string? ProviderOrderId { get; init; }

        public string? UserId { get; init; }

        public required string Mode { get; init; }

        public required long TotalCents { get; init; }

        public required long CommissionCents { get; init; }

        public required int ItemsCount { get; init; }

        public string? TrackingUrl { get; init; }

        public string? CheckoutUrl { get; init; }

        public string? FailoverFrom { get; init; }

        public bool IsMock { get; init; }

        public required DateTimeOffset CreatedAt { get; init; }

        public PlacedOrder ToOrder() => new()
        {
            Id = Id,
            OrderRef = OrderRef,
            RequestId = RequestId,
            SessionId = SessionId,
            Leg = Leg,
            Provider = ProviderIds.Parse(ProviderId),
            ProviderOrderId = ProviderOrderId,
            UserId = UserId,
            Mode = Mode == "placed" ? ConfirmMode.Placed : ConfirmMode.Handoff,
            TotalCents = TotalCents,
            CommissionCents = CommissionCents,
            ItemsCount = ItemsCount,
            TrackingUrl = TrackingUrl,
            CheckoutUrl = CheckoutUrl,
            FailoverFrom = FailoverFrom is null ? null : ProviderIds.Parse(FailoverFrom),
            IsMock = IsMock,
            CreatedAt = CreatedAt,
        };
    }
}

/// <summary>An attempt of a part of a session that may have placed an order.</summary>
public sealed record AttemptRow
{
    public required int Leg { get; init; }

    public required int AttemptNo { get; init; }

    public required string ProviderId { get; init; }

    public required string IdempotencyKey { get; init; }

    public required string Outcome { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? SubmittedAt { get; init; }

    public DateTimeOffset? AttentionAt { get; init; }

    /// <summary>Set when operators found the order.</summary>
    public string? ProviderOrderId { get; init; }
}

/// <summary>An order that a shopper wants to cancel.</summary>
public sealed record OrderRow(
    Guid Id, Guid SessionId, string OrderRef, string ProviderId, string? ProviderOrderId, string? UserId, string Status);
