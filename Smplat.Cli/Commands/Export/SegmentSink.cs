using System.Net.Http.Json;
using System.Text.Encodings.Web;
using System.Text.Json;
using Smplat.Core.Analytics;
using Smplat.Core.Platform.Security;

namespace Smplat.Cli.Commands.Export;

/// <summary>Where segments are handed over; returns only once they are there.</summary>
internal sealed class SegmentSink : IDisposable
{
    private static readonly JsonSerializerOptions Camel = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Func<IReadOnlyList<ExperimentEvent>, CancellationToken, Task> _write;
    private readonly IDisposable? _held;

    private SegmentSink(Func<IReadOnlyList<ExperimentEvent>, CancellationToken, Task> write, IDisposable? held = null) =>
        (_write, _held) = (write, held);

    public static SegmentSink StandardOutput() => new((rows, _) =>
    {
        foreach (var row in rows)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(row, Camel));
        }

        return Task.CompletedTask;
    });

    /// <summary>Rows are added in one write, each on a line of its own.</summary>
    public static SegmentSink File(string path) => new(async (rows, cancellationToken) =>
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var lines = string.Concat(rows.Select(row => JsonSerializer.Serialize(row, Camel) + "\n"));
        await System.IO.File.AppendAllTextAsync(path, lines, cancellationToken);
    });

    /// <summary>One POST of <c>{"events": […]}</c>; anything but 2xx fails the run.</summary>
    public static SegmentSink Webhook(Uri url, OutgoingHttp outgoing)
    {
        var client = new HttpClient(outgoing.HandlerForSettings()) { Timeout = TimeSpan.FromSeconds(30) };
        return new(
            async (rows, cancellationToken) =>
            {
                using var answer = await client.PostAsJsonAsync(url, new { events = rows }, Camel, cancellationToken);
                answer.EnsureSuccessStatusCode();
            },
            client);
    }

    public Task WriteAsync(IReadOnlyList<ExperimentEvent> rows, CancellationToken cancellationToken) => _write(rows, cancellationToken);

    public void Dispose() => _held?.Dispose();
}
