using System.Text.Json;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost.Hosting.Timers;

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

/// <summary>What is remembered of a monitored timer between runs and over restarts.</summary>
/// <param name="Last">The last run; null before the first.</param>
/// <param name="Next">The occurrence that is waited for.</param>
/// <param name="LastUpdated">When this was written.</param>
internal sealed record TimerOccurrences(DateTimeOffset? Last, DateTimeOffset Next, DateTimeOffset LastUpdated)
{
    /// <summary>As the function sees it: host time, and 0001-01-01 before the first run.</summary>
    public ScheduleStatusMessage In(TimeZoneInfo zone) => new(
        Last is { } last ? Local(last, zone) : default, Local(LastUpdated, zone), Local(Next, zone));

    private static DateTime Local(DateTimeOffset moment, TimeZoneInfo zone) =>
        zone == TimeZoneInfo.Utc ? moment.UtcDateTime : TimeZoneInfo.ConvertTime(moment, zone).DateTime;
}

/// <summary>
/// The right to run a timer. One holder at a time over all processes of this machine that share the folder; the
/// operating system takes it back when the holder dies.
/// </summary>
internal sealed class TimerLease : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly FileLock _lock;

    private TimerLease(FileLock taken) => _lock = taken;

    /// <summary>Waits until nobody else holds the lease.</summary>
    public static async Task<TimerLease> TakeAsync(
        string folder, string function, TimeProvider clock, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{function}.lock");
        while (true)
        {
            if (FileLock.TryTake(path) is { } taken)
            {
                return new(taken);
            }

            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    public void Dispose() => _lock.Dispose();
}
