using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Tables <c>notification_bounce</c> and <c>notification_blocked_address</c>.</summary>
public sealed class BounceStore(NpgsqlDataSource database)
{
    // One statement: the bounce is kept, and the address is blocked when this one is the last straw.
    private const string Record = """
        with kept as (
            insert into notification_bounce (id, address, kind, reason, message_id, source, occurred_at)
            values (gen_random_uuid(), lower(@Address), @Kind, @Reason, @MessageId, @source, @occurredAt)
            returning kind
        ),
        soft as (
            select count(*) + 1 as count
            from notification_bounce
            where address = lower(@Address) and kind = 'soft' and occurred_at > @softSince
        ),
        blocked as (
            insert into notification_blocked_address (address, reason, blocked_at)
            select lower(@Address), case when kept.kind = 'soft' then 'soft_bounces' else kept.kind end, @occurredAt
            from kept, soft
            where kept.kind <> 'soft' or soft.count >= @softLimit
            on conflict (address) do nothing
            returning 1
        )
        select exists (select 1 from blocked)
            or exists (select 1 from notification_blocked_address where address = lower(@Address))
        """;

    private const string Unblock = "delete from notification_blocked_address where address = lower(@address)";

    /// <returns>True when mail no longer goes to the address.</returns>
    public async Task<bool> RecordAsync(
        RecordBounce bounce,
        string source,
        DateTimeOffset occurredAt,
        DateTimeOffset softSince,
        int softLimit,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var parameters = new
        {
            bounce.Address,
            bounce.Kind,
            bounce.Reason,
            bounce.MessageId,
            source,
            occurredAt,
            softSince,
            softLimit,
        };
        return await connection.ExecuteScalarAsync<bool>(Sql.Command(Record, parameters, cancellationToken));
    }

    public async Task<bool> UnblockAsync(string address, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(Unblock, new { address }, cancellationToken)) > 0;
    }
}
