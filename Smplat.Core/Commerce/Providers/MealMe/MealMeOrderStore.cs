using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>Tables <c>commerce.mealme_order</c>, <c>mealme_order_item</c> and <c>delivery_quotes</c>, written by our own side.</summary>
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

    // The lines of a cart replace the ones before.
    private const string DeleteItems = "delete from commerce.mealme_order_item where order_id = @id";

    private const string InsertItems =
        """
        insert into commerce.mealme_order_item (order_id, line_no, sku, name, quantity, price_cents)
        select @id, line_no, sku, name, quantity, price_cents
        from unnest(@lineNumbers, @skus, @names, @quantities, @prices) as line (line_no, sku, name, quantity, price_cents)
        """;

    // Written before the order is placed, so that a lost answer can be followed up.
    private const string InsertAttempt =
        """
        insert into commerce.mealme_order
            (idempotency_key, mealme_order_id, status, subtotal_cents, fees_cents, total_cents)
        values (@idempotencyKey, @orderId, 'unplaced', @subtotalCents, @feesCents, @totalCents)
        on conflict (idempotency_key) do update
        set mealme_order_id = excluded.mealme_order_id,
            subtotal_cents = excluded.subtotal_cents,
            fees_cents = excluded.fees_cents,
            total_cents = excluded.total_cents,
            updated_at = now()
        where mealme_order.status = 'unplaced'
        """;

    // Only forward: a webhook may have said more by now.
    private const string MarkPlaced =
        """
        update commerce.mealme_order
        set status = 'awaiting_confirmation', tracking_url = coalesce(@trackingUrl, tracking_url), updated_at = now()
        where mealme_order_id = @orderId and status = 'unplaced'
        """;

    private const string FindByKey =
        """
        select id, idempotency_key, cart_id, mealme_order_id, status, total_cents, tracking_url
        from commerce.mealme_order
        where idempotency_key = @idempotencyKey
        """;

    private const string Exists = "select exists (select 1 from commerce.mealme_order where id = @id)";

    // The latest quotes of an order replace the ones before.
    private const string DeleteQuotes = "delete from commerce.delivery_quotes where order_id = @orderId";

    private const string InsertQuotes =
        """
        insert into commerce.delivery_quotes (order_id, provider, eta_minutes, fee_cents, is_cheapest, is_fastest, raw)
        select @orderId, provider, eta_minutes, fee_cents, is_cheapest, is_fastest, raw::jsonb
        from unnest(@providers, @etas, @fees, @cheapest, @fastest, @raws)
            as quote (provider, eta_minutes, fee_cents, is_cheapest, is_fastest, raw)
        """;

    public async Task<Guid> AddCartAsync(string userId, AggregatorCart cart, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var id = await connection.ExecuteScalarAsync<Guid>(Sql.Command(
            InsertCart, new { userId, cartId = cart.CartId, subtotalCents = cart.SubtotalCents }, cancellationToken, transaction));
        await connection.ExecuteAsync(Sql.Command(DeleteItems, new { id }, cancellationToken, transaction));
        await connection.ExecuteAsync(Sql.Command(
            InsertItems,
            new
            {
                id,
                lineNumbers = Enumerable.Range(0, cart.Lines.Count).ToArray(),
                skus = cart.Lines.Select(line => line.ProductId).ToArray(),
                names = cart.Lines.Select(line => line.Name).ToArray(),
                quantities = cart.Lines.Select(line => (decimal)line.Quantity).ToArray(),
                prices = cart.Lines.Select(line => line.UnitCents).ToArray(),
            },
            cancellationToken,
            transaction));
        await transaction.CommitAsync(cancellationToken);
        return id;
    }

    public async Task AddAttemptAsync(string idempotencyKey, AggregatorQuote order, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(
            InsertAttempt,
            new
            {
                idempotencyKey,
                orderId = order.OrderId,
                subtotalCents = order.SubtotalCents,
                feesCents = order.FeesCents,
                totalCents = order.TotalCents,
            },
            cancellationToken));
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
}
