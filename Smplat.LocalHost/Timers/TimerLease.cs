namespace Smplat.LocalHost.Timers;

/// <summary>
/// The right to run a timer. One holder at a time over all processes of this machine that share the folder; the
/// operating system takes it back when the holder dies.
/// </summary>
internal sealed class TimerLease : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly FileStream _file;

    private TimerLease(FileStream file) => _file = file;

    /// <summary>Waits until nobody else holds the lease.</summary>
    public static async Task<TimerLease> TakeAsync(
        string folder, string function, TimeProvider clock, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{function}.lock");
        while (true)
        {
            if (TryTake(path) is { } lease)
            {
                return lease;
            }

            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    public void Dispose() => _file.Dispose();

    private static TimerLease? TryTake(string path)
    {
        try
        {
            return new TimerLease(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
