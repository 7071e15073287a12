using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Smplat.Benchmarks.Load;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Commerce.Scoring;
using Smplat.Core.Platform.Settings;

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

/// <summary>Parsing the request, ranking four quotes and building the decision, without provider or database time.</summary>
internal static class DecisionMeasurement
{
    private const int Warmup = 20_000;
    private const int Count = 100_000;

    public static void Print()
    {
        var body = Encoding.UTF8.GetBytes(RouteRequest.Body);
        var attempts = Attempts(((RouteReading.Order)RouteOrderReader.Read(body)).Request);
        var times = new long[Count];
        for (var round = -Warmup; round < Count; round++)
        {
            var start = Stopwatch.GetTimestamp();
            var order = ((RouteReading.Order)RouteOrderReader.Read(body)).Request;
            DecisionPolicy.Decide(order, attempts, ScoreWeights.Default, ScoreRule.Canonical, _ => null);
            if (round >= 0)
            {
                times[round] = Stopwatch.GetTimestamp() - start;
            }
        }

        Array.Sort(times);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"decision: p50 {Micros(times[Count / 2]):F1} us, p99 {Micros(times[Count * 99 / 100]):F1} us"));
    }

    private static ProviderAttempt[] Attempts(RouteOrder order) =>
    [
        .. ProviderIds.All.Select(id =>
        {
            var config = new ProviderConfig
            {
                Id = id,
                Name = id.ToString(),
                Enabled = true,
                Priority = 50,
                CommissionRate = 0.03m,
                Regions = ["US"],
                TimeoutMs = 10_000,
                MaxRetries = 2,
                Mock = true,
            };
            var quoted = new MockGateway(id, TimeProvider.System).QuoteAsync(order.Basket, config, default);
            return new ProviderAttempt(config, ((QuoteOutcome.Quoted)quoted.GetAwaiter().GetResult()).Quote, null, 1);
        }),
    ];

    private static double Micros(long ticks) => Stopwatch.GetElapsedTime(0, ticks).TotalMicroseconds;
}

/// <summary>How long after the hard deadline the quote race ends while three of four providers hang and ignore cancellation.</summary>
internal static class HungMeasurement
{
    private const int DeadlineMs = 200;
    private const int Count = 400;
    private const int Parallel = 50;

    public static async Task PrintAsync()
    {
        var order = ((RouteReading.Order)RouteOrderReader.Read(Encoding.UTF8.GetBytes(RouteRequest.Body))).Request;
        var gateways = new ProviderGateways(
            ProviderIds.All.Select(id => (IProviderGateway)new HungGateway(id)),
            new FixedOptions<RuntimeOptions>(new()),
            TimeProvider.System,
            NullLoggerFactory.Instance);
        var race = new QuoteRace(gateways, TimeProvider.System);
        var configs = ProviderIds.All.Select(id => new ProviderConfig
        {
            Id = id,
            Name = id.ToString(),
            Enabled = true,
            Priority = 50,
            CommissionRate = 0.03m,
            Regions = ["US"],
            TimeoutMs = 10_000,
            MaxRetries = 2,
            Mock = id == ProviderId.WalmartApi,
        }).ToArray();
        var options = new RouterOptions { SoftDeadlineMs = 50, HardDeadlineMs = DeadlineMs };
        var late = new List<double>();
        for (var wave = 0; wave < Count / Parallel; wave++)
        {
            late.AddRange(await Task.WhenAll(Enumerable.Range(0, Parallel).Select(async _ =>
            {
                var start = Stopwatch.GetTimestamp();
                await race.RunAsync(order.Basket, configs, options, _ => { }, CancellationToken.None);
                return Stopwatch.GetElapsedTime(start).TotalMilliseconds - DeadlineMs;
            })));
        }

        late.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"hung providers: result {late[late.Count / 2]:F1} ms after the deadline at p50, {late[late.Count * 99 / 100]:F1} ms at p99"));
    }
}

/// <summary>A provider that never responds and ignores cancellation.</summary>
internal sealed class HungGateway(ProviderId id) : IProviderGateway
{
    public ProviderId Id => id;

    public ProviderCapabilities Capabilities => new(PricingMode.Live, ConfirmMode.Placed);

    public Task<QuoteOutcome> QuoteAsync(QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        new TaskCompletionSource<QuoteOutcome>().Task;

    public Task<ProviderHealth> CheckHealthAsync(ProviderConfig config, CancellationToken cancellationToken) =>
        new TaskCompletionSource<ProviderHealth>().Task;

    public Task<ConfirmOutcome> ConfirmAsync(ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        new TaskCompletionSource<ConfirmOutcome>().Task;

    public Task<LookupOutcome> FindOrderAsync(ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        new TaskCompletionSource<LookupOutcome>().Task;

    public Task<CancelOutcome> CancelAsync(CancelRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        new TaskCompletionSource<CancelOutcome>().Task;
}

/// <summary>How long it takes to repeat stored decisions with other weights, including reading them.</summary>
internal static class ReplayMeasurement
{
    public static async Task PrintAsync(string connection, long decisions, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(connection);
        await ReplayDecisionStore.AddAsync(database, decisions, cancellationToken);
        var (store, now) = (new EdgeLogStore(database), TimeProvider.System.GetUtcNow());
        var tally = new DecisionReplay(ScoreWeights.Default with { Price = 0.5m, Margin = 0.1m }, ScoreRule.Canonical);
        var start = Stopwatch.GetTimestamp();
        await foreach (var decision in store.ReadDecisionsAsync(now.AddDays(-1), now, cancellationToken))
        {
            tally.Add(decision.Decision);
            if (tally.Decisions == decisions)
            {
                break;
            }
        }

        var took = Stopwatch.GetElapsedTime(start);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"replay: {tally.Decisions:N0} decisions in {took.TotalSeconds:F1} s, {tally.Decisions / took.TotalSeconds:N0}/s, {tally.Changed:N0} would go to another provider"));
    }
}
