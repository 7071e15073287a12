using System.Text.Json;

namespace Smplat.LocalHost.Timers;

/// <summary>
/// Keeps a timer's occurrences in a file. A write replaces the whole file at once, so a kill leaves the old or the new.
/// </summary>
internal sealed class TimerMonitor(string folder, string function)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    private readonly string _path = Path.Combine(folder, $"{function}.json");

    /// <summary>What the last run left; null when there is nothing, or nothing that can be read.</summary>
    public async Task<TimerOccurrences?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var file = File.OpenRead(_path);
            return await JsonSerializer.DeserializeAsync<TimerOccurrences>(file, cancellationToken: cancellationToken);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    public async Task WriteAsync(TimerOccurrences occurrences, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var draft = $"{_path}.{Environment.ProcessId}.tmp";
        var content = JsonSerializer.SerializeToUtf8Bytes(occurrences, Readable);
        await File.WriteAllBytesAsync(draft, content, cancellationToken);
        File.Move(draft, _path, overwrite: true);
    }
}
