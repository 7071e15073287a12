using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Messages of the channel <c>internal</c> in <c>notification_outbox</c>.</summary>
public sealed class InternalOutboxStore(NpgsqlDataSource database)
{
    // Longer than the job's lease, in this version and those that may run beside it.
    private static readonly TimeSpan LongestLease = TimeSpan.FromHours(1);

    // A message has one holder at a time; a dead holder's message is taken over when its lease has run out.
    private const string ClaimDue =
        """
        with due as (
            select id
            from notification_outbox
            where channel = 'internal'
                and ((status = 'pending' and not_before <= @Now)
                    or (status = 'sending' and (lease_expires_at <= @Now or lease_expires_at > @Implausible)))
            order by not_before, id
            limit @Limit
            for update skip locked
        )
        update notification_outbox message
        set status = 'sending', lease_owner = @Owner, lease_expires_at = @LeaseUntil, attempts = message.attempts + 1
        from due
        where message.id = due.id
        returning message.id, message.kind, message.user_id, message.idempotency_key, message.payload::text,
            message.attempts, message.max_attempts, message.traceparent, message.created_at
        """;

    // Fenced by owner and attempt: a holder that lost its lease changes nothing.
    private const string Finish =
        """
        update notification_outbox
        set status = @Status, error = @Error, not_before = coalesce(@NotBefore, not_before),
            sent_at = case when @Status = 'sent' then @Now else sent_at end,
            lease_owner = null, lease_expires_at = null
        where id = @Id and lease_owner = @Owner and attempts = @Attempts
        """;

    public async Task<IReadOnlyList<InternalMessage>> ClaimDueAsync(
        string owner, int limit, DateTimeOffset now, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<InternalMessage>(Sql.Command(
            ClaimDue,
            new { Owner = owner, Limit = limit, Now = now, LeaseUntil = now + lease, Implausible = Lease.Implausible(now, LongestLease) },
            cancellationToken))).AsList();
    }

    /// <param name="status"><c>sent</c>, <c>pending</c> (again at <paramref name="notBefore"/>) or <c>dead</c>.</param>
    public async Task<bool> FinishAsync(
        InternalMessage message,
        string owner,
        string status,
        string? error,
        DateTimeOffset? notBefore,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(
            Finish,
            new
            {
                message.Id,
                Owner = owner,
                message.Attempts,
                Status = status,
                Error = error,
                NotBefore = notBefore,
                Now = now,
            },
            cancellationToken)) == 1;
    }
}
