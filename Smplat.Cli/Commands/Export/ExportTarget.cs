using System.IO.Compression;

namespace Smplat.Cli.Commands.Export;

/// <summary>
/// Where an export goes: standard output for <c>-</c>, else a file that gets its name only when it is complete, so that
/// nobody ever loads half of one. A name that ends in .gz is compressed.
/// </summary>
public sealed class ExportTarget : IAsyncDisposable
{
    private readonly string? _path;
    private readonly string? _partPath;

    private ExportTarget(string? path, string? partPath, Stream stream) => (_path, _partPath, Stream) = (path, partPath, stream);

    public Stream Stream { get; }

    public bool IsStandardOutput => _path is null;

    public static ExportTarget Open(string path)
    {
        if (path == "-")
        {
            return new ExportTarget(null, null, Console.OpenStandardOutput());
        }

        var full = Path.GetFullPath(path);
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
