using System.Diagnostics;
using System.Net;

namespace Smplat.Benchmarks.Load;

/// <summary>
/// Sends the same kind of request over some connections for a while, each connection one request at a time, and counts
/// the answers. It speaks HTTP on raw sockets, so that the client takes as little of the machine as it can.
/// </summary>
public static class LoadClient
{
    /// <param name="makeRequest">Makes a request template for each connection.</param>
    public static async Task<LoadResult> RunAsync(
        IPEndPoint server, int connections, TimeSpan duration, Func<int, IRequestTemplate> makeRequest)
    {
        var stop = new CancellationTokenSource(duration);
        var watch = Stopwatch.StartNew();
        var runs = await Task.WhenAll(Enumerable.Range(0, connections).Select(index =>
            Task.Run(() => LoadConnection.RunAsync(server, makeRequest(index), stop.Token))));
        watch.Stop();
        var latencies = runs.SelectMany(run => run.Latencies).Order().ToArray();
        return new LoadResult(
            runs.Sum(run => run.Requests),
            runs.Sum(run => run.Refused),
            watch.Elapsed,
            At(latencies, 0.5),
            At(latencies, 0.99));
    }

    private static TimeSpan At(long[] latencies, double quantile) =>
        latencies.Length == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(0, latencies[(int)((latencies.Length - 1) * quantile)]);
}
