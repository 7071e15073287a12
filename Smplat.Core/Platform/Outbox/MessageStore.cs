using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Platform.Outbox;

/// <summary>What operators see of <c>notification_outbox</c>, and what they may do to it.</summary>
public sealed class MessageStore(NpgsqlDataSource database)
{
    private const string List = """
        select id, kind, channel, idempotency_key, status, reason, error, attempts, rescues, not_before, created_at,
            sent_at, provider_message_id
        from notification_outbox
        where (@Status::text is null or status = @Status)
            and (@Kind::text is null or kind = @Kind)
            and (@Reason::text is null or reason = @Reason)
            and (@Before::uuid is null or (created_at, id) < (select created_at, id from notification_outbox where id = @Before))
        order by created_at desc, id desc
        limit @Limit
        """;

    // Only messages that have ended unsent are touched, and each intervention is written down with them.
    private const string Redrive = """
        with chosen as (
            select id, status, reason
            from notification_outbox
            where status in ('dead', 'suppressed')
                and (cardinality(@ids) = 0 or id = any(@ids))
                and (@Kind::text is null or kind = @Kind)
                and (@Reason::text is null or reason = @Reason)
            order by created_at, id
            limit @Limit
            for update skip locked
        ),
        revived as (
            update notification_outbox message
            set status = 'pending', reason = null, attempts = 0, rescues = 0, not_before = @now, finished_at = null,
                admitted_at = null, handover_at = null
            from chosen
            where message.id = chosen.id
            returning message.id
        )
        insert into notification_intervention (id, outbox_id, action, actor, reason, status_before, reason_before)
        select gen_random_uuid(), chosen.id, 'redrive', @Actor, @Why, chosen.status, chosen.reason
        from chosen join revived on revived.id = chosen.id
        """;

    private const string RedriveDead = """
        update notification_outbox
        set status = 'pending', reason = null, attempts = 0, rescues = 0, not_before = @now, finished_at = null,
            admitted_at = null, handover_at = null
        where id = @id and status = 'dead' and coalesce(reason, '') = @reason
        """;

    public async Task<IReadOnlyList<MessageRow>> ListAsync(ListMessages query, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<MessageRow>(Sql.Command(List, query, cancellationToken))).AsList();
    }

    /// <returns>How many were sent on their way again.</returns>
    public async Task<int> RedriveAsync(RedriveMessages command, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var parameters = new
        {
            ids = command.Ids.ToArray(),
            command.Kind,
            command.Reason,
            command.Limit,
            command.Actor,
            command.Why,
            now,
        };
        return await connection.ExecuteAsync(Sql.Command(Redrive, parameters, cancellationToken));
    }

    /// <returns>False when the message is no longer dead for this reason.</returns>
    public async Task<bool> RedriveDeadAsync(Guid id, string reason, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(RedriveDead, new { id, reason, now }, cancellationToken)) == 1;
    }
}
