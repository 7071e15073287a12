using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// What is known about recipients: tables <c>notification_preferences</c>, <c>notification_bounce</c> and
/// <c>notification_blocked_address</c>, and the admission of a message, which is decided from them.
/// </summary>
public sealed class RecipientStore(NpgsqlDataSource database)
{
    // Creates the row with the defaults on the first read. Returns no row for a person that does not exist.
    private const string ReadOrCreatePreferences = """
        with existing as (
            select order_updates, payment_updates, fulfillment_alerts, marketing_messages, billing_alerts,
                last_selected_order_id
            from notification_preferences
            where user_id = @userId
        ),
        created as (
            insert into notification_preferences as kept (user_id)
            select id from users where id = @userId and not exists (select 1 from existing)
            on conflict (user_id) do update set updated_at = kept.updated_at
            returning order_updates, payment_updates, fulfillment_alerts, marketing_messages, billing_alerts,
                last_selected_order_id
        )
        select order_updates, payment_updates, fulfillment_alerts, marketing_messages, billing_alerts, last_selected_order_id
        from existing
        union all
        select order_updates, payment_updates, fulfillment_alerts, marketing_messages, billing_alerts, last_selected_order_id
        from created
        """;

    // Only what was sent changes, even when somebody else changes the rest at the same time.
    private const string UpdatePreferences = """
        insert into notification_preferences as kept (
            user_id, order_updates, payment_updates, fulfillment_alerts, marketing_messages, billing_alerts,
            last_selected_order_id)
        select id, coalesce(@OrderUpdates, true), coalesce(@PaymentUpdates, true), coalesce(@FulfillmentAlerts, true),
            coalesce(@MarketingMessages, false), coalesce(@BillingAlerts, false), @LastSelectedOrderId
        from users
        where id = @userId
        on conflict (user_id) do update
        set order_updates = coalesce(@OrderUpdates, kept.order_updates),
            payment_updates = coalesce(@PaymentUpdates, kept.payment_updates),
            fulfillment_alerts = coalesce(@FulfillmentAlerts, kept.fulfillment_alerts),
            marketing_messages = coalesce(@MarketingMessages, kept.marketing_messages),
            billing_alerts = coalesce(@BillingAlerts, kept.billing_alerts),
            last_selected_order_id = case
                when @ClearsLastSelectedOrder then null
                else coalesce(@LastSelectedOrderId, kept.last_selected_order_id)
            end,
            updated_at = @now
        returning order_updates, payment_updates, fulfillment_alerts, marketing_messages, billing_alerts,
            last_selected_order_id
        """;

    // One statement stores the bounce and blocks the address if this bounce reaches the limit.
    private const string AddBounce = """
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

    // Held until the decision commits, so that messages to one person are decided one after the other and caps are exact.
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

    // Admitted messages count even while they are being sent or when their outcome is unknown.
    private const string ReadRecent = """
        select count(*) filter (where admitted_at > @since)::int as count,
            max(admitted_at) filter (where kind = @kind) as last_of_kind_at
        from notification_outbox
        where user_id = @userId and admitted_at is not null and kind = any(@kinds) and id <> @id
        """;

    // Fenced: no row changes when the lease went to another sender.
    private const string Admit = """
        update notification_outbox
        set admitted_at = @now, lease_expires_at = @leaseExpiresAt
        where id = @id and lease_owner = @owner
        """;

    /// <returns>Null when there is no such person.</returns>
    public async Task<NotificationPreferences?> ReadPreferencesAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<NotificationPreferences>(
            Sql.Command(ReadOrCreatePreferences, new { userId }, cancellationToken));
    }

    /// <returns>The preferences after the change; null when there is no such person.</returns>
    public async Task<NotificationPreferences?> ChangePreferencesAsync(
        Guid userId, ChangePreferences change, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var parameters = new
        {
            userId,
            change.OrderUpdates,
            change.PaymentUpdates,
            change.FulfillmentAlerts,
            change.MarketingMessages,
            change.BillingAlerts,
            change.LastSelectedOrderId,
            change.ClearsLastSelectedOrder,
            now,
        };
        return await connection.QuerySingleOrDefaultAsync<NotificationPreferences>(
            Sql.Command(UpdatePreferences, parameters, cancellationToken));
    }

    /// <returns>True when the address is blocked now.</returns>
    public async Task<bool> RecordBounceAsync(
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
        return await connection.ExecuteScalarAsync<bool>(Sql.Command(AddBounce, parameters, cancellationToken));
    }

    /// <returns>False when the address was not blocked.</returns>
    public async Task<bool> UnblockAsync(string address, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(Unblock, new { address }, cancellationToken)) > 0;
    }

    /// <param name="restrained">The kinds that count towards the daily cap.</param>
    /// <param name="decide">Called inside the transaction; it must not wait for anything.</param>
    /// <returns>The facts and the verdict; null when the lease was lost.</returns>
    public async Task<(AdmissionFacts Facts, AdmissionVerdict Verdict)?> DecideAsync(
        ClaimedMessage message,
        string owner,
        DateTimeOffset now,
        DateTimeOffset leaseExpiresAt,
        string[] restrained,
        Func<AdmissionFacts, AdmissionVerdict> decide,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var facts = await GatherAsync(message, restrained, transaction, now, cancellationToken);
        var verdict = decide(facts);
        var admission = new { message.Id, owner, now, leaseExpiresAt };
        var held = verdict is not AdmissionVerdict.Admitted
            || await connection.ExecuteAsync(Sql.Command(Admit, admission, cancellationToken, transaction)) == 1;
        await transaction.CommitAsync(cancellationToken);
        return held ? (facts, verdict) : null;
    }

    private static async Task<AdmissionFacts> GatherAsync(
        ClaimedMessage message,
        string[] restrained,
        NpgsqlTransaction transaction,
        DateTimeOffset now,
        CancellationToken cancellationToken)
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
                kinds = restrained,
                since = AdmissionPolicy.CapSince(now),
            };
            recent = await connection.QuerySingleAsync<(int, DateTimeOffset?)>(
                Sql.Command(ReadRecent, window, cancellationToken, transaction));
        }

        var address = message.Recipient ?? person?.Email;
        var block = address is null
            ? null
            : await connection.QuerySingleOrDefaultAsync<string>(
                Sql.Command(ReadBlock, new { address = BounceOperations.Key(address) }, cancellationToken, transaction));
        return new(person, preferences ?? new(), address, recent.Count, recent.LastOfKindAt, block);
    }
}
