namespace Smplat.LocalHost.LocalServices.Processes;

/// <summary>A lock between processes that ends with its holder, however that one ends.</summary>
public sealed class FileLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly FileStream _stream;

    private FileLock(FileStream stream) => _stream = stream;

    /// <returns>Null when another process holds it.</returns>
    /// <exception cref="LocalStartException">The file cannot be written.</exception>
    public static FileLock? TryTake(string path)
    {
        try
        {
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new LocalStartException(
                $"{path} cannot be written; it was made by another user, perhaps in a run as root. " +
                $"Run as that user, or remove {Path.GetDirectoryName(path)}.",
                exception);
        }
    }

    /// <param name="onWait">Called once, when another process holds the lock.</param>
    public static async Task<FileLock> TakeAsync(
        string path, TimeSpan limit, Action onWait, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit);
        var told = false;
        while (true)
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }

            if (!told)
            {
                told = true;
                onWait();
            }

            if (timer.IsCancellationRequested)
            {
                throw new LocalStartException($"{path} is held by another process for more than {limit.TotalMinutes:0} minutes.");
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    public void Dispose() => _stream.Dispose();
}
