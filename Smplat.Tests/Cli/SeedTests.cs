using Smplat.Tests.Support;

namespace Smplat.Tests.Cli;

public sealed class SeedTests
{
    [Test]
    public async Task An_empty_database_gets_the_samples_once()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        string[] seed = ["seed", "--json", "--database", database.ConnectionString];

        var first = await CliRun.RunAsync(seed);
        var counted = await CountAsync(database);
        var second = await CliRun.RunAsync(seed);

        Assert.That((first.ExitCode, second.ExitCode), Is.EqualTo((0, 0)), first.Error + second.Error);
        Assert.That(first.Json.GetProperty("loaded").GetArrayLength(), Is.GreaterThanOrEqualTo(3));
        Assert.That((counted.Products, counted.Orders, counted.Invoices), Is.EqualTo((5L, 88L, 2L)));
        Assert.That(await CountAsync(database), Is.EqualTo(counted));
    }

    [Test]
    public async Task A_drop_deletes_what_was_loaded_and_nothing_else()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await CliRun.RunAsync(["migrate", "--database", database.ConnectionString]);
        await database.ExecuteAsync(
            """
            insert into users (id, email) values (gen_random_uuid(), 'real@example.test');
            insert into orders (id, order_number, status, subtotal, total) values ('00000000-0000-0000-0000-0000000000aa', 'SM000001', 'pending', 1, 1);
            insert into edge_logs (function_name, "timestamp", event, request_id)
            values ('loopgpt_route_order', now(), 'router_decision', 'req_1764518400000_sample0001');
            insert into commerce.vendor_call (provider_id, endpoint, hour_start, status_class, calls, latency_ms, last_at)
            values ('MEALME', 'search', date_trunc('hour', now()), '2xx', 1, 1, now());
            insert into catalog_search_count (kind, value, count, last_seen_at) values ('query', 'reels', 2, now());
            """);
        var before = await RowsAsync(database);

        var seeded = await CliRun.RunAsync(["seed", "--force", "--database", database.ConnectionString]);
        var full = await RowsAsync(database);
        await database.ExecuteAsync(
            """
            insert into order_items (id, order_id, product_id, product_title, unit_price, total_price)
            select gen_random_uuid(), '00000000-0000-0000-0000-0000000000aa', id, title, 1, 1 from products where slug = 'instagram-growth'
            """);
        var dropped = await CliRun.RunAsync(["seed", "--drop", "--json", "--database", database.ConnectionString]);
        var kept = await database.ReadAsync<string>("select string_agg(slug, ',') from products");
        await database.ExecuteAsync("delete from order_items; delete from products;");
        var after = await RowsAsync(database);
        var again = await CliRun.RunAsync(["seed", "--drop", "--database", database.ConnectionString]);

        Assert.That((seeded.ExitCode, dropped.ExitCode, again.ExitCode), Is.EqualTo((0, 0, 0)), seeded.Error + dropped.Error + again.Error);
        Assert.That(dropped.Json.GetProperty("dropped").GetArrayLength(), Is.GreaterThanOrEqualTo(8));
        Assert.That(full, Is.Not.EqualTo(before));
        Assert.That(kept, Is.EqualTo("instagram-growth"), "a product that an order uses stays");
        Assert.That(after, Is.EqualTo(before));
        Assert.That(again.Output, Does.Contain("No sample data is loaded."));
    }

    [Test]
    public async Task Samples_can_be_loaded_again_after_a_drop()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await CliRun.RunAsync(["seed", "--database", database.ConnectionString]);
        var first = await RowsAsync(database);
        await CliRun.RunAsync(["seed", "--drop", "--database", database.ConnectionString]);
        await CliRun.RunAsync(["seed", "--database", database.ConnectionString]);

        Assert.That(await RowsAsync(database), Is.EqualTo(first));
    }

    /// <summary>Every table with its number of rows, those that derive from others left out.</summary>
    private static Task<string> RowsAsync(TestDatabase database) => database.ReadAsync<string>(
        """
        select string_agg(format('%s.%s=%s', table_schema, table_name,
            (xpath('/row/c/text()', query_to_xml(format('select count(*) as c from %I.%I', table_schema, table_name), false, true, '')))[1]), ' ' order by 1)
        from (
            select table_schema, table_name from information_schema.tables
            where table_schema in ('public', 'commerce', 'analytics') and table_type = 'BASE TABLE'
                and table_name not like 'trust\_%' and table_name not like 'metric\_%' and table_name not like 'edge\_logs\_%'
                and table_name not like 'checkout\_offer\_events\_%'
            order by 1, 2) as tables
        """);

    [Test]
    public async Task A_database_with_shoppers_orders_is_not_changed_unless_forced()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(
            "insert into orders (id, order_number, status, subtotal, total) values (gen_random_uuid(), 'SM000001', 'pending', 1, 1)");

        var refused = await CliRun.RunAsync(["seed", "--database", database.ConnectionString]);
        var before = await CountAsync(database);
        var forced = await CliRun.RunAsync(["seed", "--force", "--database", database.ConnectionString]);

        Assert.That((refused.ExitCode, forced.ExitCode), Is.EqualTo((1, 0)), forced.Error);
        Assert.That(before.Products, Is.Zero);
        Assert.That((await CountAsync(database)).Products, Is.EqualTo(5));
    }

    private static async Task<(long Products, long Orders, long Invoices)> CountAsync(TestDatabase database) => (
        await database.ReadAsync<long>("select count(*) from products"),
        await database.ReadAsync<long>("select count(*) from orders"),
        await database.ReadAsync<long>("select count(*) from invoices"));
}
