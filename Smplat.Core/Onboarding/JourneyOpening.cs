using Npgsql;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Onboarding;

/// <summary>Gives every operation the one journey of its order, locked, and makes it when it is the first to ask.</summary>
public sealed class JourneyOpening(
    NpgsqlDataSource database, JourneyStore journeys, JourneyHistoryStore history, OrderQueries orders, TimeProvider clock)
{
    /// <summary>Runs work on the journey of an order in one transaction; null when there is no such order.</summary>
    public async Task<T?> WithJourneyAsync<T>(
        Guid orderId, Func<Journey, DateTimeOffset, NpgsqlTransaction, Task<T>> work, CancellationToken cancellationToken)
        where T : class
    {
        if (await orders.FindAsync(orderId, cancellationToken) is not { } order)
        {
            return null;
        }

        var now = clock.GetStoredNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            var journeyId = Guid.CreateVersion7(now);
            if (await journeys.InsertAsync(journeyId, orderId, now, transaction, cancellationToken))
            {
                var metadata = JourneyJson.Of(new { source_order_status = order.Status });
                await history.AddEventAsync(
                    new(journeyId, orderId, null, JourneyEventType.JourneyStarted, null, JourneyStatus.Active, metadata, now),
                    transaction,
                    cancellationToken);
            }

            var journey = await journeys.LockByOrderAsync(orderId, transaction, cancellationToken);
            var result = await work(journey!, now, transaction);
            await transaction.CommitAsync(cancellationToken);
            return result;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            // The order went away between the look and the insert.
            return null;
        }
    }
}
