using System.CommandLine;
using System.Globalization;
using Npgsql;
using Smplat.Benchmarks.Load;

namespace Smplat.Benchmarks.Routing;

/// <summary>
/// Routed orders per second over HTTP with four mocked providers, every session committed before its answer and every log
/// line kept, beside a bare API that does nothing; the decision alone; the answer while providers hang; and replay.
/// </summary>
internal sealed class RoutingBenchmark : IBenchmark
{
    private static readonly Option<string?> Database = new("--database") { Description = "A Postgres to use. Default: starts one." };

    private static readonly Option<int> Seconds = new("--seconds") { Description = "Length of one measurement.", DefaultValueFactory = _ => 5 };

    private static readonly Option<int> Rounds = new("--rounds") { Description = "Measurements of each kind; the median counts.", DefaultValueFactory = _ => 3 };

    private static readonly Option<int> Connections = new("--connections") { Description = "Connections of the client.", DefaultValueFactory = _ => 64 };

    private static readonly Option<long> Decisions = new("--decisions") { Description = "Stored decisions to replay.", DefaultValueFactory = _ => 100_000 };

    public Command Build()
    {
        var command = new Command("routing", "Routed orders per second beside a bare API, the decision alone, hung providers, replay.")
        {
            Database, Seconds, Rounds, Connections, Decisions,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        DecisionMeasurement.Print();
        await HungMeasurement.PrintAsync();
        await using var database = await BenchDatabase.CreateAsync(parsed.GetValue(Database), cancellationToken);
        await using var bare = await BenchServer.StartAsync(
            typeof(RoutingBenchmark).Assembly.Location, port => ["serve-bare-route", "--port", $"{port}"]);
        await using var ours = await StartOursAsync(database.ConnectionString);
        var (duration, connections) = (TimeSpan.FromSeconds(parsed.GetValue(Seconds)), parsed.GetValue(Connections));
        var (routed, rates, ceilings) = (0L, new List<double>(), new List<double>());
        for (var round = 0; round <= parsed.GetValue(Rounds); round++)
        {
            var ceiling = await LoadClient.RunAsync(bare.EndPoint, connections, duration, _ => new RouteRequest("/route"));
            var result = await LoadClient.RunAsync(
                ours.EndPoint, connections, duration, _ => new RouteRequest("/functions/v1/loopgpt_route_order"));
            routed += result.Requests;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round}: {result.PerSecond:N0} orders/s, p50 {result.Median.TotalMilliseconds:F1} ms, p99 {result.Percentile99.TotalMilliseconds:F1} ms, refused {result.Refused}; bare {ceiling.PerSecond:N0}/s, ratio {result.PerSecond / ceiling.PerSecond:P1}"));
            if (round > 0)
            {
                rates.Add(result.PerSecond);
                ceilings.Add(ceiling.PerSecond);
            }
        }

        rates.Sort();
        ceilings.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"median {rates[rates.Count / 2]:N0} orders/s, {rates[rates.Count / 2] / ceilings[ceilings.Count / 2]:P1} of the bare API"));
        await CompareAsync(database.ConnectionString, routed, cancellationToken);
        await ReplayMeasurement.PrintAsync(database.ConnectionString, parsed.GetValue(Decisions), cancellationToken);
    }

    private static async Task CompareAsync(string connection, long routed, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand("select count(*) from commerce.routing_sessions");
        var stored = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{routed:N0} answers, {stored:N0} sessions stored: {(stored >= routed ? "none lost" : "LOST SOME")}"));
    }

    private static Task<BenchServer> StartOursAsync(string database) => PublishedApp.StartAsync(
        ["SMPLAT_ENVIRONMENT=production", "SMPLAT_LOCAL_SETTINGS=sample", "CHECKOUT_API_KEY=bench", $"SMPLAT_DATABASE={database}"]);
}
