using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Gathers what decides about a message, and records that it was let through.</summary>
public sealed class AdmissionStore(NpgsqlDataSource database)
{
    // Held until the decision commits: two messages to one person are decided one after the other, so caps are exact.
    private const string LockPerson = "select pg_advisory_xact_lock(hashtextextended(@userId::text, 70))";

    private const string ReadPerson = """
        select person.id, person.email, person.display_name, person.status, person.time_zone, person.locale
        from users person
        where person.id = @userId
        """;

    private const string ReadPreferences = """
        select order_updates, payment_updates, fulfillment_alerts, marketing_messages, billing_alerts, last_selected_order_id
        from notification_preferences
        where user_id = @userId
        """;

    private const string ReadBlock = "select reason from notification_blocked_address where address = lower(@address)";

    // Messages that were let through count even while their sending is under way or its outcome is unknown.
    private const string ReadRecent = """
        select count(*) filter (where admitted_at > @since)::int as count,
            max(admitted_at) filter (where kind = @kind) as last_of_kind_at
        from notification_outbox
        where user_id = @userId and admitted_at is not null and kind = any(@kinds) and id <> @id
        """;

    // Fenced: false when the lease went to another sender.
    private const string Admit = """
        update notification_outbox
        set admitted_at = @now, lease_expires_at = @leaseExpiresAt
        where id = @id and lease_owner = @owner
        """;

    /// <param name="decide">Decides in the same transaction; it must not wait for anything.</param>
    /// <returns>The facts and the verdict; null when the lease was lost.</returns>
    public async Task<(AdmissionFacts Facts, AdmissionVerdict Verdict)?> DecideAsync(
        ClaimedMessage message,
        string owner,
        DateTimeOffset now,
        DateTimeOffset leaseExpiresAt,
        Func<AdmissionFacts, AdmissionVerdict> decide,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var facts = await GatherAsync(message, transaction, now, cancellationToken);
        var verdict = decide(facts);
        var admission = new { message.Id, owner, now, leaseExpiresAt };
        var held = verdict is not AdmissionVerdict.Admitted
            || await connection.ExecuteAsync(Sql.Command(Admit, admission, cancellationToken, transaction)) == 1;
        await transaction.CommitAsync(cancellationToken);
        return held ? (facts, verdict) : null;
    }

    private static async Task<AdmissionFacts> GatherAsync(
        ClaimedMessage message, NpgsqlTransaction transaction, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        Person? person = null;
        NotificationPreferences? preferences = null;
        (int Count, DateTimeOffset? LastOfKindAt) recent = default;
        if (message.UserId is { } userId)
        {
            await connection.ExecuteAsync(Sql.Command(LockPerson, new { userId }, cancellationToken, transaction));
            person = await connection.QuerySingleOrDefaultAsync<Person>(
                Sql.Command(ReadPerson, new { userId }, cancellationToken, transaction));
            preferences = await connection.QuerySingleOrDefaultAsync<NotificationPreferences>(
                Sql.Command(ReadPreferences, new { userId }, cancellationToken, transaction));
            var window = new
            {
                userId,
                message.Id,
                message.Kind,
                kinds = MessageKinds.Restrained,
                since = AdmissionPolicy.CapSince(now),
            };
            recent = await connection.QuerySingleAsync<(int, DateTimeOffset?)>(
                Sql.Command(ReadRecent, window, cancellationToken, transaction));
        }

        var address = message.Recipient ?? person?.Email;
        var block = address is null
            ? null
            : await connection.QuerySingleOrDefaultAsync<string>(
                Sql.Command(ReadBlock, new { address = BounceRecords.Key(address) }, cancellationToken, transaction));
        return new(person, preferences ?? new(), address, recent.Count, recent.LastOfKindAt, block);
    }
}
