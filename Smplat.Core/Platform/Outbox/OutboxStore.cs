using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Puts messages into <c>notification_outbox</c>.</summary>
public sealed class OutboxStore
{
    // One message a key, for ever.
    private const string Add = """
        insert into notification_outbox (
            id, kind, channel, recipient, user_id, idempotency_key, payload, not_before, traceparent)
        values (
            gen_random_uuid(), @Kind, @Channel, @Recipient, @UserId, @IdempotencyKey, @Payload::jsonb, @NotBefore, @traceparent)
        on conflict (idempotency_key) do nothing
        """;

    private const string AddSuppressed = """
        insert into notification_outbox (
            id, kind, channel, recipient, user_id, idempotency_key, payload, not_before, status, reason, finished_at)
        values (
            gen_random_uuid(), @Kind, @Channel, @Recipient, @UserId, @IdempotencyKey, @Payload::jsonb, @NotBefore,
            'suppressed', @reason, @NotBefore)
        on conflict (idempotency_key) do nothing
        """;

    public async Task<bool> AddAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        OutboxMessage message,
        string? traceparent,
        CancellationToken cancellationToken)
    {
        var parameters = new
        {
            message.Kind,
            message.Channel,
            message.Recipient,
            message.UserId,
            message.IdempotencyKey,
            message.Payload,
            message.NotBefore,
            traceparent,
        };
        return await connection.ExecuteAsync(Sql.Command(Add, parameters, cancellationToken, transaction)) == 1;
    }

    public async Task<bool> AddSuppressedAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        OutboxMessage message,
        string reason,
        CancellationToken cancellationToken)
    {
        var parameters = new
        {
            message.Kind,
            message.Channel,
            message.Recipient,
            message.UserId,
            message.IdempotencyKey,
            message.Payload,
            message.NotBefore,
            reason,
        };
        return await connection.ExecuteAsync(Sql.Command(AddSuppressed, parameters, cancellationToken, transaction)) == 1;
    }
}
