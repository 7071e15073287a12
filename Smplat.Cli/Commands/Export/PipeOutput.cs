using Microsoft.Win32.SafeHandles;

namespace Smplat.Cli.Commands.Export;

/// <summary>
/// Standard output for many rows. When the reader has gone away, as <c>head</c> does once it has its lines, that is told
/// through <see cref="ReaderGone"/> and the rest is dropped; the console's own stream would let the export run on unseen.
/// </summary>
internal sealed class PipeOutput : Stream
{
    /// <summary>EPIPE of Linux and macOS, and ERROR_NO_DATA of Windows.</summary>
    private const int BrokenPipe = 32;
    private const int NobodyReads = unchecked((int)0x800700E8);

    private readonly Stream _output = Open();
    private readonly CancellationTokenSource _readerGone = new();

    public PipeOutput() => ReaderGone = _readerGone.Token;

    /// <summary>Can be asked after the stream is closed, too.</summary>
    public CancellationToken ReaderGone { get; }

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
        if (_readerGone.IsCancellationRequested)
        {
            return;
        }

        try
        {
            _output.Write(buffer);
        }
        catch (IOException exception) when (exception.HResult is BrokenPipe or NobodyReads)
        {
            _readerGone.Cancel();
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
        // Nothing is held back.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _output.Dispose();
            _readerGone.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>A file is left to the console's stream, which writes where others stopped; only a pipe can lose its reader.</summary>
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
