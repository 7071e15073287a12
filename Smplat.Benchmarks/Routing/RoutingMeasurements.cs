using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Commerce.Scoring;
using Smplat.Core.Platform.Settings;

namespace Smplat.Benchmarks.Routing;

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
            var config = new ProviderConfig(id, id.ToString(), true, 50, 0.03m, ["US"], 10_000, 2, true, false);
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
        var configs = ProviderIds.All.Select(id => new ProviderConfig(
            id, id.ToString(), true, 50, 0.03m, ["US"], 10_000, 2, id == ProviderId.WalmartApi, false)).ToArray();
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
        var (store, now) = (new DecisionStore(database), TimeProvider.System.GetUtcNow());
        var tally = new ReplayTally(ScoreWeights.Default with { Price = 0.5m, Margin = 0.1m }, ScoreRule.Canonical);
        var start = Stopwatch.GetTimestamp();
        await foreach (var decision in store.ReadAsync(now.AddDays(-1), now, cancellationToken))
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
