using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Smplat.Benchmarks.Load;

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

            if (await ReadAnswerAsync(socket, buffer) is >= 200 and < 300)
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

    private static async Task<int> ReadAnswerAsync(Socket socket, byte[] buffer)
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
            throw new IOException("The answer has no status.");
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
        // The two spellings that servers use; to look for both costs less than to fold the case of a whole head.
        var at = head.IndexOf("Content-Length: "u8) is var usual and >= 0 ? usual : head.IndexOf("content-length: "u8);
        return at >= 0 && Utf8Parser.TryParse(head[(at + 16)..], out int length, out _)
            ? length
            : throw new IOException("The answer names no length.");
    }
}
