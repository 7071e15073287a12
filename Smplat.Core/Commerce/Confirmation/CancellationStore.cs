using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>Ends sessions and orders by the shopper's wish.</summary>
public sealed class CancellationStore(NpgsqlDataSource database)
{
    // A pending session dies; one that is being confirmed does not.
    private const string CancelPending =
        """
        update commerce.routing_sessions
        set status = 'cancelled', updated_at = @now, row_version = row_version + 1
        where token_sha256 = @tokenHash
            and status = 'pending'
            and expires_at > @now
            and (user_id is null or user_id = @userId)
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

    // The session follows when none of its orders stands.
    private const string CancelConfirmed =
        """
        update commerce.routing_sessions
        set status = 'cancelled', updated_at = @now, row_version = row_version + 1
        where id = @sessionId
            and status = 'confirmed'
            and not exists (
                select from commerce.orders where orders.session_id = routing_sessions.id and orders.status <> 'cancelled')
        """;

    public async Task<bool> CancelPendingAsync(
        byte[] tokenHash, string userId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(
            CancelPending, new { tokenHash, userId, now }, cancellationToken, timeoutSeconds: 2)) == 1;
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
}

/// <summary>An order as cancelling sees it.</summary>
public sealed record OrderRow(
    Guid Id, Guid SessionId, string OrderRef, string ProviderId, string? ProviderOrderId, string? UserId, string Status);
