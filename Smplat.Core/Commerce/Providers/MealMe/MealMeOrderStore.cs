using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>
/// Tables <c>commerce.mealme_order</c>, <c>mealme_order_item</c> and <c>delivery_quotes</c>, as our own calls write them, and
/// <c>mealme_webhook_events</c> with what the vendor's events change in an order.
/// </summary>
public sealed class MealMeOrderStore(NpgsqlDataSource database)
{
    // One order per cart, however often the same cart is reported.
    private const string InsertCart =
        """
        insert into commerce.mealme_order (chatgpt_user_id, cart_id, status, subtotal_cents)
        values (@userId, @cartId, 'cart_created', @subtotalCents)
        on conflict (cart_id) do update set updated_at = now()
        returning id
        """;

    // The new lines replace the old ones.
    private const string DeleteItems = "delete from commerce.mealme_order_item where order_id = @id";

    private const string InsertItems =
        """
        insert into commerce.mealme_order_item (order_id, line_no, sku, name, quantity, price_cents)
        select @id, line_no, sku, name, quantity, price_cents
        from unnest(@lineNumbers, @skus, @names, @quantities, @prices) as line (line_no, sku, name, quantity, price_cents)
        """;

    // Only called once the key's last order is known to be dead, or was never submitted.
    private const string FreeKey =
        """
        update commerce.mealme_order
        set idempotency_key = null, updated_at = now()
        where idempotency_key = @idempotencyKey
            and mealme_order_id is distinct from @orderId
        """;

    // Written before the order is placed, so that a lost answer can be followed up. The vendor's webhook may have come first:
    // its status stays.
    private const string InsertSubmitted =
        """
        insert into commerce.mealme_order
            (idempotency_key, mealme_order_id, status, submitted_at, subtotal_cents, fees_cents, total_cents)
        values (@idempotencyKey, @orderId, 'unplaced', @now, @subtotalCents, @feesCents, @totalCents)
        on conflict (mealme_order_id) do update
        set idempotency_key = excluded.idempotency_key,
            submitted_at = excluded.submitted_at,
            subtotal_cents = excluded.subtotal_cents,
            fees_cents = excluded.fees_cents,
            total_cents = excluded.total_cents,
            updated_at = now()
        """;

    // Only forward: a webhook may already have reported a later status.
    private const string MarkPlaced =
        """
        update commerce.mealme_order
        set status = 'awaiting_confirmation', tracking_url = coalesce(@trackingUrl, tracking_url), updated_at = now()
        where mealme_order_id = @orderId and status = 'unplaced'
        """;

    private const string FindByKey =
        """
        select id, idempotency_key, cart_id, mealme_order_id, status, total_cents, tracking_url, submitted_at
        from commerce.mealme_order
        where idempotency_key = @idempotencyKey
        """;

    private const string Exists = "select exists (select 1 from commerce.mealme_order where id = @id)";

    // The latest quotes of an order replace the old ones.
    private const string DeleteQuotes = "delete from commerce.delivery_quotes where order_id = @orderId";

    private const string InsertQuotes =
        """
        insert into commerce.delivery_quotes (order_id, provider, eta_minutes, fee_cents, is_cheapest, is_fastest, raw)
        select @orderId, provider, eta_minutes, fee_cents, is_cheapest, is_fastest, raw::jsonb
        from unnest(@providers, @etas, @fees, @cheapest, @fastest, @raws)
            as quote (provider, eta_minutes, fee_cents, is_cheapest, is_fastest, raw)
        """;

    // A repeated event inserts nothing, and so changes nothing.
    private const string InsertEvent =
        """
        insert into commerce.mealme_webhook_events (dedupe_key, mealme_order_id, event_type, status, raw)
        values (@dedupeKey, @orderId, @type, @status, @raw::jsonb)
        on conflict (dedupe_key) do nothing
        """;

    // An order never goes back, neither to an earlier state nor to the content of an older event.
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

    // Long after the vendor stopped repeating them; the order keeps what an event changed.
    private const string DeleteEventsBefore =
        """
        delete from commerce.mealme_webhook_events
        where id in (
            select id from commerce.mealme_webhook_events where received_at < @before order by received_at limit @limit)
        """;

    // Carts and quotes that nobody ordered.
    private const string DeleteQuotedBefore =
        """
        delete from commerce.mealme_order
        where id in (
            select id from commerce.mealme_order
            where status in ('cart_created', 'unplaced') and submitted_at is null and updated_at < @before
            order by updated_at
            limit @limit)
        """;

    public async Task<Guid> AddCartAsync(string userId, AggregatorCart cart, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var id = await connection.ExecuteScalarAsync<Guid>(Sql.Command(
            InsertCart, new { userId, cartId = cart.CartId, subtotalCents = cart.SubtotalCents }, cancellationToken, transaction));
        await ReplaceItemsAsync(
            connection,
            transaction,
            id,
            [.. cart.Lines.Select(line => new MealMeEventItem(line.ProductId, line.Name, line.Quantity, line.UnitCents))],
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return id;
    }

    public async Task AddSubmittedAsync(
        string idempotencyKey, AggregatorQuote order, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(
            FreeKey, new { idempotencyKey, orderId = order.OrderId }, cancellationToken, transaction));
        await connection.ExecuteAsync(Sql.Command(
            InsertSubmitted,
            new
            {
                idempotencyKey,
                orderId = order.OrderId,
                now,
                subtotalCents = order.SubtotalCents,
                feesCents = order.FeesCents,
                totalCents = order.TotalCents,
            },
            cancellationToken,
            transaction));
        await transaction.CommitAsync(cancellationToken);
    }

    public async Task MarkPlacedAsync(string orderId, string? trackingUrl, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(MarkPlaced, new { orderId, trackingUrl }, cancellationToken));
    }

    public async Task<MealMeOrderRow?> FindAsync(string idempotencyKey, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<MealMeOrderRow>(Sql.Command(
            FindByKey, new { idempotencyKey }, cancellationToken));
    }

    /// <summary>False when there is no such order.</summary>
    public async Task<bool> ReplaceQuotesAsync(Guid orderId, IReadOnlyList<DeliveryQuote> quotes, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await connection.ExecuteScalarAsync<bool>(Sql.Command(Exists, new { id = orderId }, cancellationToken, transaction)))
        {
            return false;
        }

        await connection.ExecuteAsync(Sql.Command(DeleteQuotes, new { orderId }, cancellationToken, transaction));
        await connection.ExecuteAsync(Sql.Command(
            InsertQuotes,
            new
            {
                orderId,
                providers = quotes.Select(quote => quote.Provider).ToArray(),
                etas = quotes.Select(quote => quote.EtaMinutes).ToArray(),
                fees = quotes.Select(quote => quote.FeeCents).ToArray(),
                cheapest = quotes.Select(quote => quote.IsCheapest).ToArray(),
                fastest = quotes.Select(quote => quote.IsFastest).ToArray(),
                raws = quotes.Select(DeliveryQuoteJson.Write).ToArray(),
            },
            cancellationToken,
            transaction));
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Stores the event and applies it to its order, in one transaction.</summary>
    public async Task<MealMeWebhookEffect> AddEventAsync(MealMeEvent received, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var kept = await connection.ExecuteAsync(Sql.Command(
            InsertEvent,
            new { dedupeKey = received.DedupeKey, orderId = received.OrderId, type = received.Type, status = received.Status, raw = received.Raw },
            cancellationToken,
            transaction));
        var effect = kept == 0 ? MealMeWebhookEffect.Repeated
            : received is { OrderId: not null, Status: not null } ? await ApplyAsync(connection, transaction, received, cancellationToken)
            : MealMeWebhookEffect.Noted;
        await transaction.CommitAsync(cancellationToken);
        return effect;
    }

    public async Task<int> TrimEventsAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(DeleteEventsBefore, new { before, limit }, cancellationToken));
    }

    public async Task<int> TrimQuotedAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(DeleteQuotedBefore, new { before, limit }, cancellationToken));
    }

    private static async Task<MealMeWebhookEffect> ApplyAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, MealMeEvent received, CancellationToken cancellationToken)
    {
        var id = await connection.ExecuteScalarAsync<Guid?>(Sql.Command(
            UpsertOrder,
            new
            {
                orderId = received.OrderId,
                status = received.Status,
                at = received.At,
                subtotalCents = received.Totals?.SubtotalCents,
                feesCents = received.Totals?.FeesCents,
                tipCents = received.Totals?.TipCents,
                totalCents = received.Totals?.TotalCents,
            },
            cancellationToken,
            transaction));
        if (id is null)
        {
            return MealMeWebhookEffect.Outdated;
        }

        if (received.Items is { } items)
        {
            await ReplaceItemsAsync(connection, transaction, id.Value, items, cancellationToken);
        }

        return MealMeWebhookEffect.Applied;
    }

    private static async Task ReplaceItemsAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Guid id,
        IReadOnlyList<MealMeEventItem> items,
        CancellationToken cancellationToken)
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
}

/// <summary>An order in our database.</summary>
public sealed record MealMeOrderRow(
    Guid Id, string? IdempotencyKey, string? CartId, string? MealmeOrderId, string Status, long? TotalCents, string? TrackingUrl,
    DateTimeOffset? SubmittedAt);
