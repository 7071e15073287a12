using Microsoft.Extensions.Logging.Abstractions;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Platform.Observability;
using Smplat.Tests.Support;

namespace Smplat.Tests.Commerce.Routing;

public sealed class EdgeLogTests
{
    [TestCase("no such level", null)]
    [TestCase("info", "a NUL: \0")]
    public async Task A_line_that_the_database_refuses_does_not_lose_the_others(string level, string? error)
    {
        await using var database = await TestDatabase.CreateAsync();
        using var counters = new DurableCounters(new CounterStore(database.DataSource), NullLogger<DurableCounters>.Instance);
        using var log = new EdgeLog(
            new(database.DataSource), new CommerceCounters(counters), counters, TimeProvider.System, NullLogger<EdgeLog>.Instance);
        var now = TimeProvider.System.GetUtcNow();
        for (var line = 0; line < 40; line++)
        {
            var row = new EdgeLogRow("loopgpt_route_order", now, $"line {line}");
            await log.WriteAsync([line == 27 ? row with { Level = level, Error = error } : row]);
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

        Assert.That(kept, Is.EquivalentTo(Enumerable.Range(0, 40).Where(line => line != 27).Select(line => $"line {line}")));
        await log.StopAsync(CancellationToken.None);
    }
}
