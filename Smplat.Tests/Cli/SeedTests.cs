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
        Assert.That((counted.Products, counted.Orders, counted.Invoices), Is.EqualTo((5L, 76L, 2L)));
        Assert.That(await CountAsync(database), Is.EqualTo(counted));
    }

    [Test]
    public async Task A_database_with_shoppers_orders_is_not_changed_unless_forced()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(
            "insert into orders (id, order_number, status, subtotal, total) values (gen_random_uuid(), 'SM000001', 'pending', 1, 1)");

        var refused = await CliRun.RunAsync(["seed", "--database", database.ConnectionString]);
        var before = await CountAsync(database);
        var forced = await CliRun.RunAsync(["seed", "--force", "--database", database.ConnectionString]);

        Assert.That((refused.ExitCode, forced.ExitCode), Is.EqualTo((1, 0)));
        Assert.That(before.Products, Is.Zero);
        Assert.That((await CountAsync(database)).Products, Is.EqualTo(5));
    }

    private static async Task<(long Products, long Orders, long Invoices)> CountAsync(TestDatabase database) => (
        await database.ReadAsync<long>("select count(*) from products"),
        await database.ReadAsync<long>("select count(*) from orders"),
        await database.ReadAsync<long>("select count(*) from invoices"));
}
