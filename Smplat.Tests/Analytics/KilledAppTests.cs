using Dapper;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Analytics;

/// <summary>Every acknowledged event is stored exactly once, however often the app is killed and clients retry.</summary>
[NonParallelizable]
public sealed class KilledAppTests
{
    private const int Clients = 6;

    /// <summary>SMPLAT_TEST_KILLS sets the number of kills; 10 keeps an ordinary run short.</summary>
    private static int Kills =>
        int.TryParse(new ConfigurationBuilder().AddEnvironmentVariables().Build()["SMPLAT_TEST_KILLS"], out var kills) ? kills : 10;

    [Test]
    public async Task Every_acknowledged_event_is_stored_exactly_once_over_kills_in_mid_batch()
    {
        await using var server = await TestPostgres.StartOwnAsync();
        var database = server.ConnectionString();
        using var stop = new CancellationTokenSource();
        var gate = new AppUrl();
        var clients = Enumerable.Range(0, Clients).Select(index => new RepeatingClient(gate, index)).ToArray();
        var running = clients.Select(client => client.RunAsync(stop.Token)).ToArray();

        for (var kill = 0; kill < Kills; kill++)
        {
            await using var app = await AppProcess.StartAsync($"SMPLAT_DATABASE={database}");
            gate.Current = app.Url;
            var before = clients.Sum(client => client.Acknowledged.Count);
            await Eventually.BecomesTrueAsync(
                () => clients.Sum(client => client.Acknowledged.Count) > before + 200, "the app acknowledges events");
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(0, 120)));
            await app.KillAsync();
            gate.Current = null;
        }

        await using (var last = await AppProcess.StartAsync($"SMPLAT_DATABASE={database}"))
        {
            gate.Current = last.Url;
            await stop.CancelAsync();
            await Task.WhenAll(running);
        }

        await using var source = NpgsqlDataSource.Create(database);
        await using var connection = await source.OpenConnectionAsync();
        var stored = (await connection.QueryAsync<Guid>(Sql.Command("select id from checkout_offer_events", null, default))).ToArray();
        var acknowledged = clients.SelectMany(client => client.Acknowledged).ToArray();
        TestContext.Out.WriteLine(
            $"{Kills} kills, {acknowledged.Length} events acknowledged, {clients.Sum(client => client.Failures)} failed requests, "
            + $"{clients.Sum(client => client.Duplicates)} duplicates.");
        Assert.That(stored, Is.Unique);
        Assert.That(acknowledged.Except(stored), Is.Empty, "acknowledged events that are missing");
        Assert.That(acknowledged, Is.Unique, "the clients created each id once");
        Assert.That(clients.Sum(client => client.Failures), Is.GreaterThanOrEqualTo(Kills), "kills interrupted requests");
    }
}
