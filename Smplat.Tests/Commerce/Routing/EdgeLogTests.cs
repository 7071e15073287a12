using Microsoft.Extensions.Logging.Abstractions;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Platform.Observability;
using Smplat.Tests.Support;

namespace Smplat.Tests.Commerce.Routing;

public sealed class EdgeLogTests
{
    [TestCase("no such level", null, null, true)]
    [TestCase("info", "a NUL: \0", null, false)]
    [TestCase("info", "half an emoji: %", null, false)]
    [TestCase("info", null, "{\"a\":\"\\u0000\"}", true)]
    [TestCase("info", null, "{\"n\":1e200000}", true)]
    [TestCase("info", null, "no json", true)]
    public async Task A_line_that_the_database_refuses_is_kept_as_text_and_costs_no_other(
        string level, string? error, string? payload, bool isRefused)
    {
        await using var database = await TestDatabase.CreateAsync();
        using var counters = new DurableCounters(new CounterStore(database.DataSource), NullLogger<DurableCounters>.Instance);
        using var log = new EdgeLog(
            new(database.DataSource), new CommerceCounters(counters), counters, TimeProvider.System, NullLogger<EdgeLog>.Instance);
        var now = TimeProvider.System.GetUtcNow();
        for (var line = 0; line < 40; line++)
        {
            var row = new EdgeLogRow("loopgpt_route_order", now, $"line {line}");
            await log.WriteAsync([line == 27 ? row with { Level = level, Error = error?.Replace('%', '\uD83D'), Payload = payload } : row]);
        }

        await log.StartAsync(CancellationToken.None);
        await log.FlushAsync(CancellationToken.None);

        await using var command = database.DataSource.CreateCommand("select event from edge_logs");
        var kept = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                kept.Add(reader.GetString(0));
            }
        }

        Assert.That(kept, Is.EquivalentTo(Enumerable.Range(0, 40).Select(line => $"line {line}")));
        await counters.FlushAsync(CancellationToken.None);
        var refused = (await counters.ReadAsync(EdgeLog.RefusedCounter, CancellationToken.None)).Sum(value => value.Value);
        Assert.That(refused, Is.EqualTo(isRefused ? 1 : 0));
        await log.StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task A_batch_whose_acknowledgement_was_lost_is_written_once()
    {
        await using var database = await TestDatabase.CreateAsync();
        var store = new EdgeLogStore(database.DataSource);
        EdgeLogRow[] rows =
            [.. Enumerable.Range(0, 50).Select(line => new EdgeLogRow("loopgpt_route_order", TimeProvider.System.GetUtcNow(), $"line {line}"))];
        await store.AppendAsync(rows[..30], mayBeWritten: false, CancellationToken.None);

        await store.AppendAsync(rows, mayBeWritten: true, CancellationToken.None);

        await using var count = database.DataSource.CreateCommand("select count(*) from edge_logs");
        Assert.That(await count.ExecuteScalarAsync(), Is.EqualTo(50L));
        await Assert.ThrowsAsync<Npgsql.PostgresException>(
            () => store.AppendAsync(rows, mayBeWritten: false, CancellationToken.None), "the key, should an attempt still be committing");
    }
}
