using System.IO.Compression;

namespace Smplat.Cli.Commands.Export;

/// <summary>
/// Where an export goes: standard output for <c>-</c>, what is under /dev as it stands, else a file that gets its name only
/// when it is complete, so that nobody ever loads half of one. A name that ends in .gz is compressed.
/// </summary>
public sealed class ExportTarget : IAsyncDisposable
{
    private readonly string? _path;
    private readonly string? _partPath;

    private ExportTarget(string? path, string? partPath, Stream stream) => (_path, _partPath, Stream) = (path, partPath, stream);

    public Stream Stream { get; }

    /// <summary>Rows go to somebody who reads along.</summary>
    public bool IsStream => _path is null;

    /// <summary>Set when that somebody stopped reading.</summary>
    public CancellationToken ReaderGone => Stream is PipeOutput pipe ? pipe.ReaderGone : CancellationToken.None;

    public static ExportTarget Open(string path)
    {
        if (path == "-")
        {
            return new ExportTarget(null, null, new PipeOutput());
        }

        var full = Path.GetFullPath(path);
        if (full.StartsWith("/dev/", StringComparison.Ordinal))
        {
            // Replaced by a file it would be gone for everybody on the machine.
            return new ExportTarget(null, null, new FileStream(full, FileMode.Open, FileAccess.Write, FileShare.ReadWrite));
        }

        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var part = $"{full}.{Environment.ProcessId}.part";
        Stream file = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        return new ExportTarget(
            full, part, full.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionLevel.Fastest) : file);
    }

    /// <summary>Gives the complete file its name; the stream must be closed.</summary>
    public void Complete()
    {
        if (_path is not null)
        {
            File.Move(_partPath!, _path, overwrite: true);
        }
    }

    /// <summary>Removes what was not completed.</summary>
    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        if (_partPath is not null)
        {
            File.Delete(_partPath);
        }
    }
}
