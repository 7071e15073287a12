using System.Globalization;
using Smplat.Benchmarks.Load;

namespace Smplat.Benchmarks.Ingestion;

/// <summary>One way of sending events.</summary>
internal sealed record IngestionCase(string Name, int Events, bool IsSingle, int Connections)
{
    public Task<LoadResult> RunAsync(BenchServer server, bool isOurs, TimeSpan duration)
    {
        var path = isOurs ? "/api/v1/analytics/offer-events" : IsSingle ? "/single" : "/batch";
        return LoadClient.RunAsync(
            server.EndPoint, Connections, duration, index => new EventRequest(path, Events, IsSingle, Random.Shared.Next() + index));
    }

    public void Print(IReadOnlyList<(LoadResult Ours, LoadResult Bare)> rounds)
    {
        var ours = Median(rounds.Select(round => round.Ours.PerSecond)) * Events;
        var bare = Median(rounds.Select(round => round.Bare.PerSecond)) * Events;
        var ratio = Median(rounds.Select(round => round.Ours.PerSecond / round.Bare.PerSecond));
        var tail = Median(rounds.Select(round => round.Ours.Percentile99.TotalMilliseconds));
        var bareTail = Median(rounds.Select(round => round.Bare.Percentile99.TotalMilliseconds));
        var refused = rounds.Sum(round => round.Ours.Refused + round.Bare.Refused);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Name,-30} ours {ours,9:N0}/s  bare {bare,9:N0}/s  ratio {ratio,5:F2}  p99 {tail,6:F1} ms (bare {bareTail:F1})  refused {refused}"));
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
