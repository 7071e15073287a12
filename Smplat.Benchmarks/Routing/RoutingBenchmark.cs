using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Smplat.Benchmarks.Load;

namespace Smplat.Benchmarks.Routing;

/// <summary>
/// Routed orders per second over HTTP with four mocked providers, compared with a bare API; every session is committed before
/// the response and every log line is kept. Then the decision alone, the response time while providers hang, and replay.
/// </summary>
internal sealed class RoutingBenchmark : IBenchmark
{
    private static readonly Option<string?> Database = new("--database") { Description = "Postgres to use. Default: start one." };

    private static readonly Option<int> Seconds = new("--seconds") { Description = "Length of one measurement.", DefaultValueFactory = _ => 5 };

    private static readonly Option<int> Rounds = new("--rounds") { Description = "Number of measurements; the median is reported.", DefaultValueFactory = _ => 3 };

    private static readonly Option<int> Connections = new("--connections") { Description = "Number of client connections.", DefaultValueFactory = _ => 64 };

    private static readonly Option<long> Decisions = new("--decisions") { Description = "Number of stored decisions to replay.", DefaultValueFactory = _ => 100_000 };

    public Command Build()
    {
        var command = new Command("routing", "Routed orders per second compared with a bare API; the decision alone; hung providers; replay.")
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
            CultureInfo.InvariantCulture, $"{routed:N0} responses, {stored:N0} sessions stored: {(stored >= routed ? "none lost" : "LOST SOME")}"));
    }

    private static Task<BenchServer> StartOursAsync(string database) => PublishedApp.StartAsync(
        ["SMPLAT_ENVIRONMENT=production", "SMPLAT_LOCAL_SETTINGS=sample", "CHECKOUT_API_KEY=bench", $"SMPLAT_DATABASE={database}"]);
}

/// <summary>Always the same order with three items.</summary>
internal sealed class RouteRequest(string path) : IRequestTemplate
{
    public const string Body =
        """{"items":[{"id":"1","name":"Chicken Breast","quantity":2,"unit":"lbs"},{"id":"2","name":"Brown Rice","quantity":1,"unit":"bag"},{"id":"3","name":"Broccoli","quantity":3,"unit":"lbs"}],"shippingAddress":{"street":"123 Main St","city":"San Francisco","state":"CA","postalCode":"94102","country":"US"}}""";

    private readonly byte[] _bytes = Encoding.UTF8.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-API-Key: bench\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");

    public ReadOnlyMemory<byte> Next() => _bytes;
}

/// <summary>The baseline: a minimal API that parses the same body and returns 4 KB, without work or database.</summary>
internal static class BareRoute
{
    private static readonly byte[] Answer = JsonSerializer.SerializeToUtf8Bytes(new { success = true, filler = new string('x', 4_060) });

    public static Command BuildCommand()
    {
        var port = new Option<int>("--port") { Required = true };
        var command = new Command("serve-bare-route", "Serve the baseline of the routing benchmark.") { port };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) => ServeAsync(parsed.GetValue(port), cancellationToken));
        return command;
    }

    private static async Task ServeAsync(int port, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add($"http://127.0.0.1:{port}");
        app.MapPost("/route", async (HttpContext http) =>
        {
            using var body = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = Answer.Length;
            await http.Response.Body.WriteAsync(Answer, http.RequestAborted);
        });
        await app.RunAsync(cancellationToken);
    }
}
