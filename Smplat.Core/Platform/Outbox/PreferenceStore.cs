using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Table <c>notification_preferences</c>.</summary>
public sealed class PreferenceStore(NpgsqlDataSource database)
{
    // A row with the defaults exists after the first read; no row comes back for a person that does not exist.
    private const string ReadOrCreate = """
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

    // Only what was sent changes, whoever else changes the rest at the same time.
    private const string Change = """
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

    /// <returns>Null when there is no such person.</returns>
    public async Task<NotificationPreferences?> ReadAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<NotificationPreferences>(
            Sql.Command(ReadOrCreate, new { userId }, cancellationToken));
    }

    /// <returns>The preferences after the change; null when there is no such person.</returns>
    public async Task<NotificationPreferences?> ChangeAsync(
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
            Sql.Command(Change, parameters, cancellationToken));
    }
}
