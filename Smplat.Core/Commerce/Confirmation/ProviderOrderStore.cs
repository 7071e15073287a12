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
    // Written before the provider is called, so that no order can exist without a record of its attempt.
    private const string StartAttempt =
        """
        insert into commerce.order_attempts (
            id, session_id, leg, attempt_no, provider_id, idempotency_key, outcome, total_cents, started_at)
        values (@Id, @SessionId, @Leg, @Number, @provider, @IdempotencyKey, 'started', @TotalCents, @StartedAt)
        on conflict (idempotency_key) do update set started_at = excluded.started_at, outcome = 'started'
        """;

    private const string FinishAttempt =
        """
        update commerce.order_attempts
        set outcome = @outcome, error_code = @errorCode, error = @error, finished_at = @now
        where idempotency_key = @key
        """;

    private const string LastAttempts =
        """
        select distinct on (leg) leg, attempt_no, provider_id, idempotency_key, outcome
        from commerce.order_attempts
        where session_id = @sessionId
        order by leg, attempt_no desc
        """;

    // Only the owner of the session may store an order, and no process can take the session over meanwhile.
    private const string HoldSession =
        "select id from commerce.routing_sessions where id = @id and status = 'confirming' and row_version = @rowVersion for update";

    private const string InsertOrder =
        """
        insert into commerce.orders (
            id, order_ref, request_id, session_id, leg, provider_id, provider_order_id, user_id, status, mode, total_cents,
            commission_cents, items_count, tracking_url, checkout_url, failover_from, created_at, updated_at)
        values (
            @Id, @OrderRef, @RequestId, @SessionId, @Leg, @provider, @ProviderOrderId, @UserId, @status, @mode, @TotalCents,
            @CommissionCents, @ItemsCount, @TrackingUrl, @CheckoutUrl, @failoverFrom, @CreatedAt, @CreatedAt)
        on conflict (session_id, leg) do nothing
        """;

    private const string FindBooked =
        """
        select id, order_ref, request_id, session_id, leg, provider_id, provider_order_id, user_id, mode, total_cents,
            commission_cents, items_count, tracking_url, checkout_url, failover_from, created_at
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

    public async Task StartAsync(OrderAttempt attempt, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(
            StartAttempt,
            new
            {
                attempt.Id,
                attempt.SessionId,
                attempt.Leg,
                attempt.Number,
                provider = attempt.Provider.ToWire(),
                attempt.IdempotencyKey,
                attempt.TotalCents,
                attempt.StartedAt,
            },
            cancellationToken));
    }

    public async Task FinishAsync(AttemptEnd end, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(FinishAttempt, Finish(end, now), cancellationToken));
    }

    public async Task<IReadOnlyList<AttemptRow>> LastAttemptsAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<AttemptRow>(Sql.Command(LastAttempts, new { sessionId }, cancellationToken))).AsList();
    }

    /// <summary>Stores one part of a split order while others are still being ordered, so that a crash between two parts loses none.</summary>
    public async Task BookAsync(ClaimedSession session, LegOutcome.Done done, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await connection.ExecuteScalarAsync<Guid?>(Sql.Command(
            HoldSession, new { id = session.Id, session.RowVersion }, cancellationToken, transaction)) is null)
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

    private static object Finish(AttemptEnd end, DateTimeOffset now) => new
    {
        key = end.IdempotencyKey,
        outcome = end.Outcome,
        errorCode = end.Failure?.Code,
        error = end.Failure?.Message,
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
            CreatedAt = CreatedAt,
        };
    }
}

/// <summary>The last attempt of a part of a session.</summary>
public sealed record AttemptRow(int Leg, int AttemptNo, string ProviderId, string IdempotencyKey, string Outcome);

/// <summary>An order that a shopper wants to cancel.</summary>
public sealed record OrderRow(
    Guid Id, Guid SessionId, string OrderRef, string ProviderId, string? ProviderOrderId, string? UserId, string Status);
