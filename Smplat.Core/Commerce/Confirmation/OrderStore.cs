using Dapper;
using Npgsql;
using Smplat.Core.Commerce.Learning;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>Attempts, orders and the end of sessions.</summary>
public sealed class OrderStore(NpgsqlDataSource database)
{
    // Written before the provider is called, so that no order can exist without a trace of its attempt.
    private const string StartAttempt =
        """
        insert into commerce.order_attempts (
            id, session_id, leg, attempt_no, provider_id, idempotency_key, outcome, total_cents, started_at)
        values (@Id, @SessionId, @Leg, @Number, @provider, @IdempotencyKey, 'started', @TotalCents, @StartedAt)
        on conflict (idempotency_key) do update set started_at = excluded.started_at, outcome = 'started'
        """;

    internal const string FinishAttempt =
        """
        update commerce.order_attempts
        set outcome = @outcome, error_code = @errorCode, error = @error, finished_at = @now
        where idempotency_key = @key
        """;

    // Only the owner of the session ends it, once.
    private const string EndSession =
        """
        update commerce.routing_sessions
        set status = @status, result = @result::jsonb, updated_at = @now, row_version = row_version + 1
        where id = @id and status = 'confirming' and row_version = @rowVersion
        """;

    internal const string InsertOrder =
        """
        insert into commerce.orders (
            id, order_ref, request_id, session_id, leg, provider_id, provider_order_id, user_id, status, mode, total_cents,
            commission_cents, items_count, tracking_url, checkout_url, failover_from, created_at, updated_at)
        values (
            @Id, @OrderRef, @RequestId, @SessionId, @Leg, @provider, @ProviderOrderId, @UserId, @status, @mode, @TotalCents,
            @CommissionCents, @ItemsCount, @TrackingUrl, @CheckoutUrl, @failoverFrom, @CreatedAt, @CreatedAt)
        on conflict (session_id, leg) do nothing
        """;

    private const string LastAttempts =
        """
        select distinct on (leg) leg, attempt_no, provider_id, idempotency_key, outcome
        from commerce.order_attempts
        where session_id = @sessionId
        order by leg, attempt_no desc
        """;

    private const string FindAmounts =
        "select total_cents, commission_cents from commerce.orders where order_ref = @orderRef and provider_id = @provider";

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

    /// <summary>The end of a session, its attempts and orders and what was learned commit together, or not at all.</summary>
    /// <returns>False when somebody else has taken the session over; nothing is written then.</returns>
    public async Task<bool> EndAsync(
        ClaimedSession session, SessionEnd end, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var result = CommerceJson.Text(end.Answer, CommerceJson.Default.ConfirmAnswer);
        var ended = await connection.ExecuteAsync(Sql.Command(
            EndSession,
            new { id = session.Id, session.RowVersion, status = end.Status, result, now },
            cancellationToken,
            transaction));
        if (ended == 0)
        {
            return false;
        }

        foreach (var attempt in end.Attempts)
        {
            await connection.ExecuteAsync(Sql.Command(FinishAttempt, Finish(attempt, now), cancellationToken, transaction));
        }

        foreach (var order in end.Orders)
        {
            await connection.ExecuteAsync(Sql.Command(InsertOrder, Row(order), cancellationToken, transaction));
        }

        foreach (var outcome in end.Learned)
        {
            await connection.ExecuteAsync(Sql.Command(
                OutcomeStore.RecordStatement, OutcomeStore.Row(outcome), cancellationToken, transaction));
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    public async Task<IReadOnlyList<AttemptRow>> LastAttemptsAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<AttemptRow>(Sql.Command(LastAttempts, new { sessionId }, cancellationToken))).AsList();
    }

    public async Task<OrderAmounts?> FindAmountsAsync(
        string orderRef, ProviderId provider, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<OrderAmounts>(Sql.Command(
            FindAmounts, new { orderRef, provider = provider.ToWire() }, cancellationToken, timeoutSeconds: 2));
    }

    internal static object Finish(AttemptEnd end, DateTimeOffset now) => new
    {
        key = end.IdempotencyKey,
        outcome = end.Outcome,
        errorCode = end.Failure?.Code,
        error = end.Failure?.Message,
        now,
    };

    internal static object Row(PlacedOrder order) => new
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
}

/// <summary>The last attempt of a part of a session.</summary>
public sealed record AttemptRow(int Leg, int AttemptNo, string ProviderId, string IdempotencyKey, string Outcome);

/// <summary>What an order was worth.</summary>
public sealed record OrderAmounts(long TotalCents, long CommissionCents);
