using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Smplat.Cli.Commands.Incident;

/// <summary>The <c>server_action_failed</c> lines of log files, as they were written.</summary>
internal static class LogParts
{
    private const string File = "server-action-failed.ndjson";
    private const string What = "Lines of the log about failed actions, with their trace ids";
    private const string Source = "logs";
    private const string Event = "server_action_failed";

    /// <summary>Lines that are kept; an incident of days must not make a snapshot that nobody can send.</summary>
    private const int MostLines = 50_000;

    internal static async Task CollectAsync(
        FileInfo[] logs, SnapshotCollection collection, DateTimeOffset since, CancellationToken cancellationToken)
    {
        if (logs.Length == 0)
        {
            collection.LeaveOut(File, What, Source, "no --logs were given; the index has the query for Azure Monitor");
            return;
        }

        await collection.TakeBytesAsync(File, What, Source, () => ReadAsync(logs, collection.Index, since, cancellationToken), cancellationToken);
    }

    private static async Task<byte[]> ReadAsync(
        FileInfo[] logs, SnapshotIndex index, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var kept = new StringBuilder();
        var count = 0;
        foreach (var log in logs)
        {
            await using var file = log.OpenRead();
            await using Stream text = log.Name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
            using var reader = new StreamReader(text);
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                if (line.Contains(Event, StringComparison.Ordinal) && IsWithin(line, since, index) && ++count <= MostLines)
                {
                    kept.Append(line).Append('\n');
                }
            }
        }

        index.AddFact($"{count} server_action_failed lines in the logs{(count > MostLines ? $"; the first {MostLines} are kept" : "")}.");
        return Encoding.UTF8.GetBytes(kept.ToString());
    }

    /// <summary>Lines without a readable time are kept: better one too many than one lost.</summary>
    private static bool IsWithin(string line, DateTimeOffset since, SnapshotIndex index)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.TryGetProperty("timestamp", out var at) && at.TryGetDateTimeOffset(out var instant) && instant < since)
            {
                return false;
            }

            if (document.RootElement.TryGetProperty("trace_id", out var trace) && trace.GetString() is { } id)
            {
                index.AddTrace(id);
            }

            return true;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return true;
        }
    }
}
