using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Smplat.Core.Platform.Observability;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Observability;

public sealed class DurableCountersTests
{
    [Test]
    public async Task Increments_of_all_instances_add_up_and_are_visible_immediately()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var first = Counters(database.DataSource);
        using var second = Counters(database.DataSource);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(async index =>
        {
            var counters = index % 2 == 0 ? first : second;
            counters.Increment("tasks_total", ("type", "a"), ("bucket", "failed"));
            counters.Increment("tasks_total", ("bucket", "failed"), ("type", "a"));
            await counters.FlushAsync(CancellationToken.None);
        }));
        first.Add("tasks_total", 5, ("type", "b"), ("bucket", "failed"));

        var values = await first.ReadAsync("tasks_", CancellationToken.None);

        Assert.That(values.ToDictionary(value => value.Label("type")!, value => value.Value), Is.EqualTo(
            new Dictionary<string, double> { ["a"] = 100, ["b"] = 5 }));
    }

    [Test]
    public async Task An_outage_loses_no_increment()
    {
        await using var away = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Timeout=1");
        using var counters = Counters(away);
        counters.Increment("kept_total");

        Assert.That(async () => await counters.FlushAsync(CancellationToken.None), Throws.InstanceOf<NpgsqlException>());
        Assert.That(async () => await counters.FlushAsync(CancellationToken.None), Throws.InstanceOf<NpgsqlException>());
        Assert.That(counters.PendingCount, Is.EqualTo(1));
    }

    [Test]
    public async Task A_fact_keeps_its_latest_value()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var counters = Counters(database.DataSource);

        counters.Note("last_failure", "first");
        await counters.FlushAsync(CancellationToken.None);
        counters.Note("last_failure", "second");

        var facts = await counters.ReadFactsAsync("last_", CancellationToken.None);
        Assert.That(facts["last_failure"], Is.EqualTo("\"second\""));
    }

    private static DurableCounters Counters(NpgsqlDataSource source) =>
        new(new CounterStore(source), NullLogger<DurableCounters>.Instance);
}
