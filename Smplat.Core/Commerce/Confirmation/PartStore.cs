using Dapper;
using Npgsql;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>
/// The parts of a divided order that stand already while others are still being ordered. A process that dies between two
/// parts forgets none.
/// </summary>
public sealed class PartStore(NpgsqlDataSource database, TimeProvider clock)
{
    // Only the owner of the session may book, and nobody can take it over meanwhile.
    private const string HoldSession =
        "select id from commerce.routing_sessions where id = @id and status = 'confirming' and row_version = @rowVersion for update";

    private const string FindBooked =
        """
        select id, order_ref, request_id, session_id, leg, provider_id, provider_order_id, user_id, mode, total_cents,
            commission_cents, items_count, tracking_url, checkout_url, failover_from, created_at
        from commerce.orders
        where session_id = @sessionId
        order by leg
        """;

    public async Task BookAsync(ClaimedSession session, LegOutcome.Done done, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await connection.ExecuteScalarAsync<Guid?>(Sql.Command(
            HoldSession, new { id = session.Id, session.RowVersion }, cancellationToken, transaction)) is null)
        {
            return;
        }

        await connection.ExecuteAsync(Sql.Command(
            OrderStore.FinishAttempt, OrderStore.Finish(done.Attempt, clock.GetUtcNow()), cancellationToken, transaction));
        await connection.ExecuteAsync(Sql.Command(OrderStore.InsertOrder, OrderStore.Row(done.Order), cancellationToken, transaction));
        await transaction.CommitAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<PlacedOrder>> FindBookedAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<BookedRow>(Sql.Command(FindBooked, new { sessionId }, cancellationToken));
        return [.. rows.Select(row => row.ToOrder())];
    }

    private sealed record BookedRow(
        Guid Id,
        string OrderRef,
        string RequestId,
        Guid SessionId,
        int Leg,
        string ProviderId,
        string? ProviderOrderId,
        string? UserId,
        string Mode,
        long TotalCents,
        long CommissionCents,
        int ItemsCount,
        string? TrackingUrl,
        string? CheckoutUrl,
        string? FailoverFrom,
        DateTimeOffset CreatedAt)
    {
        public PlacedOrder ToOrder() =>
            new(
                Id,
                OrderRef,
                RequestId,
                SessionId,
                Leg,
                ProviderIds.Parse(ProviderId),
                ProviderOrderId,
                UserId,
                Mode == "placed" ? ConfirmMode.Placed : ConfirmMode.Handoff,
                TotalCents,
                CommissionCents,
                ItemsCount,
                TrackingUrl,
                CheckoutUrl,
                FailoverFrom is null ? null : ProviderIds.Parse(FailoverFrom),
                CreatedAt);
    }
}
