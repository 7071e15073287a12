using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Adds decisions to <c>commerce.routing_sessions</c>.</summary>
public sealed class RoutingSessionStore(NpgsqlDataSource database)
{
    /// <summary>Longest wait for an insert; a call whose insert takes longer is answered with 503.</summary>
    private const int WriteSeconds = 2;

    // All sessions of a batch commit together or not at all.
    private const string InsertBatch =
        """
        insert into commerce.routing_sessions (
            id, token_sha256, request_id, user_id, winner_provider_id, quotes, request, items_count,
            request_hash, address_hash, preference, weights, created_at, updated_at, expires_at)
        select
            id, token_sha256, request_id, user_id, winner_provider_id, quotes::jsonb, request::jsonb, items_count,
            request_hash, address_hash, preference, weights::jsonb, created_at, created_at, expires_at
        from unnest(
            @ids, @tokens, @requestIds, @userIds, @winners, @quotes, @requests, @itemCounts,
            @requestHashes, @addressHashes, @preferences, @weights, @createdAt, @expiresAt)
            as batch (
                id, token_sha256, request_id, user_id, winner_provider_id, quotes, request, items_count,
                request_hash, address_hash, preference, weights, created_at, expires_at)
        """;

    public async Task InsertAsync(IReadOnlyList<RoutingSession> batch, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(
            InsertBatch,
            new
            {
                ids = Column(batch, session => session.Id),
                tokens = Column(batch, session => session.TokenHash),
                requestIds = Column(batch, session => session.RequestId),
                userIds = Column(batch, session => session.UserId),
                winners = Column(batch, session => session.WinnerProviderId),
                quotes = Column(batch, session => session.Quotes),
                requests = Column(batch, session => session.Request),
                itemCounts = Column(batch, session => session.ItemsCount),
                requestHashes = Column(batch, session => session.RequestHash),
                addressHashes = Column(batch, session => session.AddressHash),
                preferences = Column(batch, session => session.Preference),
                weights = Column(batch, session => session.Weights),
                createdAt = Column(batch, session => session.CreatedAt.UtcDateTime),
                expiresAt = Column(batch, session => session.ExpiresAt.UtcDateTime),
            },
            cancellationToken,
            timeoutSeconds: WriteSeconds));
    }

    private static T[] Column<T>(IReadOnlyList<RoutingSession> batch, Func<RoutingSession, T> value)
    {
        var column = new T[batch.Count];
        for (var index = 0; index < column.Length; index++)
        {
            column[index] = value(batch[index]);
        }

        return column;
    }
}
