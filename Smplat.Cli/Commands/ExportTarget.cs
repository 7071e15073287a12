using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace Smplat.Cli.Commands;

/// <summary>
/// The destination of an export: standard output for <c>-</c>, a device under /dev as it is, else a file. The file gets its
/// name only when it is complete, so that nobody loads a partial one. A name ending in .gz is compressed.
/// </summary>
public sealed class ExportTarget : IAsyncDisposable
{
    private readonly string? _path;
    private readonly string? _partPath;

    private ExportTarget(string? path, string? partPath, Stream stream) => (_path, _partPath, Stream) = (path, partPath, stream);

    public Stream Stream { get; }

    /// <summary>The rows go to a stream, not to a file of our own.</summary>
    public bool IsStream => _path is null;

    /// <summary>Cancelled when the reader closed the pipe.</summary>
    public CancellationToken ReaderClosed => Stream is PipeOutput pipe ? pipe.ReaderClosed : CancellationToken.None;

    public static ExportTarget Open(string path)
    {
        if (path == "-")
        {
            return new ExportTarget(null, null, new PipeOutput());
        }

        var full = Path.GetFullPath(path);
        if (full.StartsWith("/dev/", StringComparison.Ordinal))
        {
            // A device must not be replaced by a file: that would break it for everyone on the machine.
            return new ExportTarget(null, null, new FileStream(full, FileMode.Open, FileAccess.Write, FileShare.ReadWrite));
        }

        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var part = $"{full}.{Environment.ProcessId}.part";
        Stream file = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        return new ExportTarget(
            full, part, full.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionLevel.Fastest) : file);
    }

    /// <summary>Gives the complete file its name; close the stream first.</summary>
    public void Complete()
    {
        if (_path is not null)
        {
            File.Move(_partPath!, _path, overwrite: true);
        }
    }

    /// <summary>Deletes an incomplete file.</summary>
    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        if (_partPath is not null)
        {
            File.Delete(_partPath);
        }
    }
}

/// <summary>
/// Standard output for many rows. When the reader closes the pipe, as <c>head</c> does once it has its lines,
/// <see cref="ReaderClosed"/> is cancelled and the rest is dropped. The console's own stream would ignore the error, and the
/// export would run to its end for nobody.
/// </summary>
internal sealed class PipeOutput : Stream
{
    /// <summary>EPIPE of Linux and macOS, and ERROR_NO_DATA of Windows.</summary>
    private const int BrokenPipe = 32;
    private const int NoReader = unchecked((int)0x800700E8);

    private readonly Stream _output = Open();
    private readonly CancellationTokenSource _readerClosed = new();

    public PipeOutput() => ReaderClosed = _readerClosed.Token;

    /// <summary>Stays readable after the stream is closed.</summary>
    public CancellationToken ReaderClosed { get; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_readerClosed.IsCancellationRequested)
        {
            return;
        }

        try
        {
            _output.Write(buffer);
        }
        catch (IOException exception) when (exception.HResult is BrokenPipe or NoReader)
        {
            _readerClosed.Cancel();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
        // Nothing is buffered.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _output.Dispose();
            _readerClosed.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>A redirected file uses the console's stream, which appends; only a pipe can lose its reader.</summary>
    private static Stream Open()
    {
        var pipe = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        if (!pipe.CanSeek)
        {
            return pipe;
        }

        pipe.Dispose();
        return Console.OpenStandardOutput();
    }
}
