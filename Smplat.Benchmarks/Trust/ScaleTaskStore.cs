using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Benchmarks.Trust;

/// <summary>Loads two years of orders and tasks, evenly spread; the newest tasks are still open.</summary>
internal sealed class ScaleTaskStore(NpgsqlDataSource database)
{
    private const int TimeoutSeconds = 1800;
    private const int TasksPerItem = 3;
    private const int OpenTasks = 60_000;

    // Existing rows are kept, so that a second run can skip loading.
    private const string CountTasks = "select count(*) from fulfillment_tasks";

    // Loads history as a migration would: triggers are off, and the roll-up job computes the sums.
    private const string Load =
        """
        alter table fulfillment_tasks disable trigger user;
        insert into products (id, slug, title, category, base_price, status)
        select ('00000000-0000-4000-a000-' || lpad(to_hex(p), 12, '0'))::uuid, 'product-' || p, 'Product ' || p, 'fulfillment', 10, 'active'
        from generate_series(1, @Products) p;
        insert into orders (id, order_number, status, created_at)
        select ('00000000-0000-4000-b000-' || lpad(to_hex(o), 12, '0'))::uuid, 'BENCH' || o, 'completed',
            @Now - (@Items / 2 - o + 1) * (@Span / (@Items / 2.0))
        from generate_series(1, @Items / 2 + 1) o;
        insert into order_items (id, order_id, product_id, product_title, unit_price, total_price)
        select ('00000000-0000-4000-c000-' || lpad(to_hex(i), 12, '0'))::uuid,
            ('00000000-0000-4000-b000-' || lpad(to_hex((i + 1) / 2), 12, '0'))::uuid,
            ('00000000-0000-4000-a000-' || lpad(to_hex(1 + i % @Products), 12, '0'))::uuid, 'Product ' || (1 + i % @Products), 10, 10
        from generate_series(1, @Items) i;
        insert into fulfillment_tasks (
            id, order_item_id, ordinal, task_type, status, title, result,
            scheduled_at, due_at, first_started_at, started_at, completed_at, created_at)
        select
            ('00000000-0000-4000-d000-' || lpad(to_hex(n), 12, '0'))::uuid,
            ('00000000-0000-4000-c000-' || lpad(to_hex((n - 1) / @PerItem + 1), 12, '0'))::uuid, n % @PerItem, 'content_promotion',
            case when is_open then 'pending' when n % 97 = 0 then 'failed' when n % 389 = 0 then 'cancelled' else 'completed' end,
            'Bench',
            case when not is_open and n % 3 = 0 then jsonb_build_object('nps_score', n % 11) when n % 3 = 1 then '{"ok": true}' end,
            at + interval '1 hour', case when n % 2 = 0 then at + (n % 7) * interval '20 minutes' end,
            case when not is_open then at + (n % 90) * interval '10 seconds' end,
            case when not is_open then at + (n % 90) * interval '10 seconds' end,
            case when not is_open and n % 389 <> 0 then at + (n % 90) * interval '10 seconds' + (n % 10007) * interval '0.7 seconds' end,
            at
        from (
            select n, @Now - (@Tasks - n) * (@Span / @Tasks) as at, n > @Tasks - 2 * @Open and n % 2 = 0 as is_open
            from generate_series(1, @Tasks) n) task;
        insert into fulfillment_staffing_shifts (id, sku, starts_at, ends_at, hourly_capacity)
        select gen_random_uuid(), 'product-' || p, @Now + h * interval '6 hours', @Now + (h + 1) * interval '6 hours', 40
        from generate_series(1, @Products) p cross join generate_series(0, 5) h;
        alter table fulfillment_tasks enable trigger user;
        analyze;
        """;

    // The claim and the acknowledgement that the queue writes.
    private const string ClaimAndComplete =
        """
        update fulfillment_tasks
        set status = 'in_progress', started_at = @Now, first_started_at = coalesce(first_started_at, @Now), attempt = attempt + 1
        where id = any (@Ids);
        update fulfillment_tasks
        set status = 'completed', completed_at = @Now, result = '{"nps_score": 9}'
        where id = any (@Ids);
        """;

    // Extra tasks for the queue, separate from the rows that the metrics cover.
    private const string AddOpen =
        """
        insert into fulfillment_tasks (id, order_item_id, task_type, status, title, scheduled_at)
        select gen_random_uuid(), '00000000-0000-4000-c000-000000000001', 'content_promotion', 'pending', 'Queue', @Now
        from generate_series(1, @Count)
        returning id
        """;

    private const string RemoveAdded = "delete from fulfillment_tasks where title = 'Queue'";

    private const string TriggersOn = "alter table fulfillment_tasks enable trigger user";

    private const string TriggersOff = "alter table fulfillment_tasks disable trigger user";

    public async Task<bool> IsLoadedAsync(long tasks)
    {
        await using var connection = await database.OpenConnectionAsync();
        return await connection.QuerySingleAsync<long>(Sql.Command(CountTasks, null, default, null, TimeoutSeconds)) >= tasks;
    }

    public async Task LoadAsync(int tasks, int products, DateTimeOffset now, TimeSpan span)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(Sql.Command(
            Load,
            new
            {
                Tasks = tasks,
                Products = products,
                Items = (tasks / TasksPerItem) + 1,
                PerItem = TasksPerItem,
                Open = Math.Min(OpenTasks, tasks / 50),
                Now = now,
                Span = span,
            },
            default,
            null,
            TimeoutSeconds));
    }

    public async Task SwitchTriggersAsync(bool on)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(Sql.Command(on ? TriggersOn : TriggersOff, null, default));
    }

    public async Task<Guid[]> AddOpenAsync(int count, DateTimeOffset now)
    {
        await using var connection = await database.OpenConnectionAsync();
        return [.. await connection.QueryAsync<Guid>(Sql.Command(AddOpen, new { Count = count, Now = now }, default))];
    }

    public async Task RemoveAddedAsync()
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(Sql.Command(RemoveAdded, null, default, null, TimeoutSeconds));
    }

    public async Task ClaimAndCompleteAsync(Guid[] ids, DateTimeOffset now)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(Sql.Command(ClaimAndComplete, new { Ids = ids, Now = now }, default));
    }
}
