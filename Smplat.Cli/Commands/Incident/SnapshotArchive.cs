using System.IO.Compression;
using System.Text;

namespace Smplat.Cli.Commands.Incident;

/// <summary>The .zip or folder that a snapshot goes to. An archive gets its name only when it is complete.</summary>
public sealed class SnapshotArchive : IAsyncDisposable
{
    private readonly string _path;
    private readonly string _unfinished;
    private readonly ZipArchive? _zip;

    private SnapshotArchive(string path, string unfinished, ZipArchive? zip) => (_path, _unfinished, _zip) = (path, unfinished, zip);

    /// <exception cref="UsageException">Something is there already; a snapshot is evidence and is not written over.</exception>
    public static SnapshotArchive Open(string path)
    {
        var full = Path.GetFullPath(path);
        if (File.Exists(full) || Directory.Exists(full))
        {
            throw new UsageException($"{path} exists already.");
        }

        var unfinished = full + ".unfinished";
        if (!path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
        {
            Directory.CreateDirectory(full);
            return new(full, full, null);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        return new(full, unfinished, new ZipArchive(File.Create(unfinished), ZipArchiveMode.Create));
    }

    public async Task<long> WriteAsync(string file, byte[] content, CancellationToken cancellationToken)
    {
        if (_zip is null)
        {
            await File.WriteAllBytesAsync(Path.Combine(_path, file), content, cancellationToken);
            return content.Length;
        }

        await using var entry = await _zip.CreateEntry(file).OpenAsync(cancellationToken);
        await entry.WriteAsync(content, cancellationToken);
        return content.Length;
    }

    public Task<long> WriteAsync(string file, string text, CancellationToken cancellationToken) =>
        WriteAsync(file, Encoding.UTF8.GetBytes(text.EndsWith('\n') ? text : text + "\n"), cancellationToken);

    public void Complete()
    {
        if (_zip is not null)
        {
            _zip.Dispose();
            File.Move(_unfinished, _path);
        }
    }

    public ValueTask DisposeAsync()
    {
        _zip?.Dispose();
        if (_unfinished != _path && File.Exists(_unfinished))
        {
            File.Delete(_unfinished);
        }

        return ValueTask.CompletedTask;
    }
}
