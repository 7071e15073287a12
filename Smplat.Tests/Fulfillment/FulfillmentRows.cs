using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Tests.Fulfillment;

/// <summary>Inserts the rows that a test starts from.</summary>
internal sealed class FulfillmentRows(NpgsqlDataSource database, TimeProvider clock)
{
    private int _count;

    public async Task<Guid> AUserAsync()
    {
        var id = Guid.NewGuid();
        await ExecuteAsync("insert into users (id, email) values (@id, @email)", new { id, email = $"{id}@example.com" });
        return id;
    }

    public async Task<Guid> AProductAsync(string category = "content", string? config = null)
    {
        var id = Guid.NewGuid();
        await ExecuteAsync(
            """
            insert into products (id, slug, title, category, base_price, status, channel_eligibility, fulfillment_config)
            values (@id, @slug, 'A product', @category, 100, 'active', '["storefront"]', @config::jsonb)
            """,
            new { id, slug = $"product-{id}", category, config });
        return id;
    }

    public async Task<Guid> AnOrderAsync(string status = "processing", Guid? userId = null, string? holdReason = null)
    {
        var id = Guid.NewGuid();
        await ExecuteAsync(
            """
            insert into orders (id, order_number, status, hold_reason, user_id, total)
            values (@id, @number, @status, @holdReason, @userId, 100)
            """,
            new { id, number = $"T{Interlocked.Increment(ref _count)}-{id:N}", status, holdReason, userId });
        return id;
    }

    public async Task<Guid> AnItemAsync(Guid orderId, Guid? productId = null, decimal unitPrice = 100, string? selectedOptions = null)
    {
        var id = Guid.NewGuid();
        await ExecuteAsync(
            """
            insert into order_items (id, order_id, product_id, product_title, unit_price, total_price, selected_options)
            values (@id, @orderId, @productId, 'A product', @unitPrice, @unitPrice, @selectedOptions::jsonb)
            """,
            new { id, orderId, productId, unitPrice, selectedOptions });
        return id;
    }

    /// <summary>A due task; it belongs to a new order unless an item is given.</summary>
    public async Task<Guid> ATaskAsync(
        Guid? itemId = null,
        string type = "content_promotion",
        string status = "pending",
        int maxRetries = 3,
        string? payload = null,
        TimeSpan? dueIn = null)
    {
        var id = Guid.NewGuid();
        var item = itemId ?? await AnItemAsync(await AnOrderAsync());
        await ExecuteAsync(
            """
            insert into fulfillment_tasks (id, order_item_id, task_type, status, title, max_retries, payload, scheduled_at, completed_at)
            values (@id, @item, @type, @status, 'A task', @maxRetries, @payload::jsonb, @at,
                case when @status in ('completed', 'failed') then @at end)
            """,
            new { id, item, type, status, maxRetries, payload, at = clock.GetUtcNow() + (dueIn ?? TimeSpan.Zero) });
        return id;
    }

    public async Task<int> ExecuteAsync(string statement, object? parameters = null)
    {
        await using var connection = await database.OpenConnectionAsync();
        return await connection.ExecuteAsync(Sql.Command(statement, parameters, CancellationToken.None));
    }

    public async Task<T?> ScalarAsync<T>(string statement, object? parameters = null)
    {
        await using var connection = await database.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<T>(Sql.Command(statement, parameters, CancellationToken.None));
    }
}
