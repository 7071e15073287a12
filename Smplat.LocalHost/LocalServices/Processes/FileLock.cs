namespace Smplat.LocalHost.LocalServices.Processes;

/// <summary>A lock between processes that is released when its holder ends, even if it is killed.</summary>
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
                $"{path} cannot be written. Another user created it, perhaps in a run as root. " +
                $"Run as that user, or delete {Path.GetDirectoryName(path)}.",
                exception);
        }
    }

    /// <param name="onWait">Called once, when another process holds the lock.</param>
    public static async Task<FileLock> TakeAsync(
        string path, TimeSpan limit, Action onWait, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit);
        var isReported = false;
        while (true)
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }

            if (!isReported)
            {
                isReported = true;
                onWait();
            }

            if (timer.IsCancellationRequested)
            {
                throw new LocalStartException($"{path} has been locked by another process for more than {limit.TotalMinutes:0} minutes.");
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    public void Dispose() => _stream.Dispose();
}

/// <summary>Writes files that only this user may read, because they contain a password.</summary>
public static class OwnerOnlyFile
{
    /// <summary>Replaces the file atomically, so that a reader sees the old or the new text.</summary>
    public static void Write(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var draft = $"{path}.{Environment.ProcessId}";
        File.Delete(draft);
        using (var writer = new StreamWriter(draft, options))
        {
            writer.Write(text);
        }

        File.Move(draft, path, overwrite: true);
    }
}
