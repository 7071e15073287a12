using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;

namespace Smplat.Benchmarks.Routing;

/// <summary>How long after the hard deadline the race ends while three of four providers hang and ignore cancellation.</summary>
internal static class HungMeasurement
{
    private const int DeadlineMs = 200;
    private const int Count = 400;
    private const int AtOnce = 50;

    public static async Task PrintAsync()
    {
        var order = ((RouteReading.Order)RouteOrderReader.Read(Encoding.UTF8.GetBytes(RouteRequest.Body))).Request;
        var gateways = new ProviderGateways(
            ProviderIds.All.Select(id => (IProviderGateway)new HungGateway(id)),
            new FixedRuntime(),
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
        for (var wave = 0; wave < Count / AtOnce; wave++)
        {
            late.AddRange(await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
            {
                var start = Stopwatch.GetTimestamp();
                await race.RunAsync(order.Basket, configs, options, _ => { }, CancellationToken.None);
                return Stopwatch.GetElapsedTime(start).TotalMilliseconds - DeadlineMs;
            })));
        }

        late.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"hung providers: answer {late[late.Count / 2]:F1} ms after the deadline at p50, {late[late.Count * 99 / 100]:F1} ms at p99"));
    }
}
