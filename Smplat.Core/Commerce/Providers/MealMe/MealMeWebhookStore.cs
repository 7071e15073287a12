using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>Table <c>commerce.mealme_webhook_events</c>, and what the events do to <c>mealme_order</c>.</summary>
public sealed class MealMeWebhookStore(NpgsqlDataSource database)
{
    // A repeated delivery inserts nothing, and so changes nothing.
    private const string InsertEvent =
        """
        insert into commerce.mealme_webhook_events (dedupe_key, mealme_order_id, event_type, status, raw)
        values (@dedupeKey, @orderId, @type, @status, @raw::jsonb)
        on conflict (dedupe_key) do nothing
        """;

    // An order never goes back: neither to an earlier state nor to what an older event said.
    private const string UpsertOrder =
        """
        insert into commerce.mealme_order as known
            (mealme_order_id, status, status_at, subtotal_cents, fees_cents, tip_cents, total_cents)
        values (@orderId, @status, @at, @subtotalCents, @feesCents, @tipCents, @totalCents)
        on conflict (mealme_order_id) do update
        set status = excluded.status,
            status_at = coalesce(excluded.status_at, known.status_at),
            subtotal_cents = coalesce(excluded.subtotal_cents, known.subtotal_cents),
            fees_cents = coalesce(excluded.fees_cents, known.fees_cents),
            tip_cents = coalesce(excluded.tip_cents, known.tip_cents),
            total_cents = coalesce(excluded.total_cents, known.total_cents),
            updated_at = now()
        where (excluded.status_at is null or known.status_at is null or excluded.status_at >= known.status_at)
          and commerce.mealme_status_rank(excluded.status) >= commerce.mealme_status_rank(known.status)
        returning id
        """;

    private const string DeleteItems = "delete from commerce.mealme_order_item where order_id = @id";

    private const string InsertItems =
        """
        insert into commerce.mealme_order_item (order_id, line_no, sku, name, quantity, price_cents)
        select @id, line_no, sku, name, quantity, price_cents
        from unnest(@lineNumbers, @skus, @names, @quantities, @prices) as line (line_no, sku, name, quantity, price_cents)
        """;

    // Long after the vendor stopped repeating them: what an event did stays in its order.
    private const string DeleteBefore =
        """
        delete from commerce.mealme_webhook_events
        where id in (
            select id from commerce.mealme_webhook_events where received_at < @before order by received_at limit @limit)
        """;

    public async Task<int> TrimAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(DeleteBefore, new { before, limit }, cancellationToken));
    }

    /// <summary>Keeps the event and applies it, both or neither.</summary>
    public async Task<WebhookEffect> TakeAsync(MealMeEvent said, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var kept = await connection.ExecuteAsync(Sql.Command(
            InsertEvent,
            new { dedupeKey = said.DedupeKey, orderId = said.OrderId, type = said.Type, status = said.Status, raw = said.Raw },
            cancellationToken,
            transaction));
        var effect = kept == 0 ? WebhookEffect.Repeated
            : said is { OrderId: not null, Status: not null } ? await ApplyAsync(connection, transaction, said, cancellationToken)
            : WebhookEffect.Noted;
        await transaction.CommitAsync(cancellationToken);
        return effect;
    }

    private static async Task<WebhookEffect> ApplyAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, MealMeEvent said, CancellationToken cancellationToken)
    {
        var id = await connection.ExecuteScalarAsync<Guid?>(Sql.Command(
            UpsertOrder,
            new
            {
                orderId = said.OrderId,
                status = said.Status,
                at = said.At,
                subtotalCents = said.Totals?.SubtotalCents,
                feesCents = said.Totals?.FeesCents,
                tipCents = said.Totals?.TipCents,
                totalCents = said.Totals?.TotalCents,
            },
            cancellationToken,
            transaction));
        if (id is null)
        {
            return WebhookEffect.Outdated;
        }

        if (said.Items is { } items)
        {
            await connection.ExecuteAsync(Sql.Command(DeleteItems, new { id }, cancellationToken, transaction));
            await connection.ExecuteAsync(Sql.Command(
                InsertItems,
                new
                {
                    id,
                    lineNumbers = Enumerable.Range(0, items.Count).ToArray(),
                    skus = items.Select(item => item.Sku).ToArray(),
                    names = items.Select(item => item.Name).ToArray(),
                    quantities = items.Select(item => item.Quantity).ToArray(),
                    prices = items.Select(item => item.PriceCents).ToArray(),
                },
                cancellationToken,
                transaction));
        }

        return WebhookEffect.Applied;
    }
}
