using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Smplat.Benchmarks.Load;

/// <summary>
/// Sends requests over some connections for a while, one request at a time per connection, and counts the responses.
/// It uses raw sockets, so that the client takes as little CPU as possible.
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

/// <summary>The result of a load run.</summary>
/// <param name="Requests">Responses with status 2xx.</param>
/// <param name="Refused">Responses with any other status.</param>
public sealed record LoadResult(long Requests, long Refused, TimeSpan Elapsed, TimeSpan Median, TimeSpan Percentile99)
{
    public double PerSecond => Requests / Elapsed.TotalSeconds;
}

/// <summary>The bytes of an HTTP request; <see cref="Next"/> refreshes them in place without rebuilding the request.</summary>
public interface IRequestTemplate
{
    ReadOnlyMemory<byte> Next();
}

/// <summary>One keep-alive connection of the load client.</summary>
internal static class LoadConnection
{
    internal sealed record Run(long Requests, long Refused, List<long> Latencies);

    public static async Task<Run> RunAsync(IPEndPoint server, IRequestTemplate template, CancellationToken stop)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, CancellationToken.None);
        var buffer = new byte[1 << 20];
        var requests = 0L;
        var refused = 0L;
        var latencies = new List<long>();
        while (!stop.IsCancellationRequested)
        {
            var request = template.Next();
            var startedAt = Stopwatch.GetTimestamp();
            while (!request.IsEmpty)
            {
                request = request[await socket.SendAsync(request, CancellationToken.None)..];
            }

            if (await ReadResponseAsync(socket, buffer) is >= 200 and < 300)
            {
                requests++;
            }
            else
            {
                refused++;
            }

            latencies.Add(Stopwatch.GetTimestamp() - startedAt);
        }

        return new Run(requests, refused, latencies);
    }

    private static async Task<int> ReadResponseAsync(Socket socket, byte[] buffer)
    {
        var count = 0;
        var end = -1;
        while (end < 0)
        {
            count += await ReceiveAsync(socket, buffer.AsMemory(count));
            end = buffer.AsSpan(0, count).IndexOf("\r\n\r\n"u8);
        }

        var head = buffer.AsMemory(0, end + 4);
        if (!Utf8Parser.TryParse(head.Span[9..], out int status, out _))
        {
            throw new IOException("The response has no status.");
        }

        var left = head.Length + ContentLength(head.Span) - count;
        while (left > 0)
        {
            left -= await ReceiveAsync(socket, buffer);
        }

        return status;
    }

    private static async Task<int> ReceiveAsync(Socket socket, Memory<byte> memory) =>
        await socket.ReceiveAsync(memory, CancellationToken.None) is var count and > 0
            ? count
            : throw new IOException("The server closed the connection.");

    private static int ContentLength(ReadOnlySpan<byte> head)
    {
        // The two spellings that servers use; searching for both is cheaper than a case-insensitive search.
        var at = head.IndexOf("Content-Length: "u8) is var usual and >= 0 ? usual : head.IndexOf("content-length: "u8);
        return at >= 0 && Utf8Parser.TryParse(head[(at + 16)..], out int length, out _)
            ? length
            : throw new IOException("The response has no Content-Length.");
    }
}
