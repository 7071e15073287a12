using System.Diagnostics;
using System.Globalization;
using System.Text;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Benchmarks.Routing;

/// <summary>Reading the request, ranking four quotes and wording the decision, without any provider or database time.</summary>
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
