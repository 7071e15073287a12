using System.Globalization;
using Smplat.Benchmarks.Load;

namespace Smplat.Benchmarks.Ingestion;

/// <summary>One way of sending events.</summary>
internal sealed record IngestionCase(string Name, int Events, bool IsSingle, int Connections)
{
    public bool IsFor(IngestionRival rival) => IsSingle || rival.BatchPath is not null;

    public Task<LoadResult> RunAsync(IngestionRival rival, TimeSpan duration)
    {
        var path = IsSingle ? rival.SinglePath : rival.BatchPath!;
        return LoadClient.RunAsync(
            rival.Server.EndPoint, Connections, duration, index => new EventRequest(path, Events, IsSingle, Random.Shared.Next() + index));
    }

    /// <param name="rounds">A row a round, a result a rival; ours is the first.</param>
    public void Print(IReadOnlyList<IngestionRival> rivals, IReadOnlyList<LoadResult[]> rounds)
    {
        Console.WriteLine($"{Name} (medians of {rounds.Count})");
        var best = Enumerable.Range(1, rivals.Count - 1).MaxBy(rival => Median(rounds.Select(round => round[rival].PerSecond)));
        for (var index = 0; index < rivals.Count; index++)
        {
            var rival = index;
            var rate = Median(rounds.Select(round => round[rival].PerSecond)) * Events;
            var tail = Median(rounds.Select(round => round[rival].Percentile99.TotalMilliseconds));
            var refused = rounds.Sum(round => round[rival].Refused);
            var ratio = rival == 0 ? "" : $"   ours is {Ratio(rounds, rival)} times it";
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {rivals[rival].Name,-12} {rate,9:N0}/s   p99 {tail,6:F1} ms   refused {refused}{ratio}"));
        }

        if (rivals.Count > 2)
        {
            Console.WriteLine($"  ours is {Ratio(rounds, best)} times the better ({rivals[best].Name})");
        }
    }

    /// <summary>Rounds are compared with themselves, so that what the machine does beside hits both.</summary>
    private static string Ratio(IReadOnlyList<LoadResult[]> rounds, int rival) =>
        Median(rounds.Select(round => round[0].PerSecond / round[rival].PerSecond)).ToString("F2", CultureInfo.InvariantCulture);

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
