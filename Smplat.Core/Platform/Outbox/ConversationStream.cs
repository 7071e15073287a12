using System.Diagnostics.CodeAnalysis;

namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// The network under the mail client, with limits that the client lacks: on the bytes that a server may send for one
/// answer and for one exchange (opening a connection, or one mail), and on the time that it may take for each. Below TLS,
/// so a handshake is bounded too. An answer begins with the write before it: a server that dribbles gains nothing.
/// </summary>
internal sealed class ConversationStream(Stream network, TimeProvider clock) : Stream
{
    /// <summary>Bytes that one answer may have: far more than any server's greeting or certificate chain.</summary>
    public const int MaxAnswerBytes = 64 * 1024;

    /// <summary>Bytes that all answers of one exchange may have together.</summary>
    public const int MaxExchangeBytes = 256 * 1024;

    private TimeSpan _exchangeLimit = TimeSpan.MaxValue;
    private long _exchangeStart;
    private long _answerStart;
    private int _exchangeBytes;
    private int _answerBytes;

    /// <summary>Time for each write, and for the whole answer to it.</summary>
    public TimeSpan AnswerLimit { get; set; } = TimeSpan.MaxValue;

    /// <summary>Runs once, before the next bytes go out; when it throws, they do not.</summary>
    public Func<Task>? BeforeNextWrite { get; set; }

    /// <summary>Which limit the server broke, as a sentence; null while it keeps them.</summary>
    public string? Breach { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Starts an exchange with limits of its own.</summary>
    public void Begin(TimeSpan exchangeLimit, TimeSpan answerLimit)
    {
        (_exchangeLimit, AnswerLimit) = (exchangeLimit, answerLimit);
        (_exchangeBytes, _exchangeStart) = (0, clock.GetTimestamp());
        BeginAnswer();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var room = Math.Min(MaxAnswerBytes - _answerBytes, MaxExchangeBytes - _exchangeBytes);
        if (room <= 0 && !buffer.IsEmpty)
        {
            throw Break($"The mail server's answer has no end: {_answerBytes} bytes, {_exchangeBytes} since the exchange began.");
        }

        var count = await LimitAsync(
            token => network.ReadAsync(buffer[..Math.Min(buffer.Length, room)], token), "answer", cancellationToken);
        _answerBytes += count;
        _exchangeBytes += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (BeforeNextWrite is { } before)
        {
            BeforeNextWrite = null;
            await before();
        }

        BeginAnswer();
        await LimitAsync(
            async token =>
            {
                await network.WriteAsync(buffer, token);
                return 0;
            },
            "take what was sent",
            cancellationToken);
        BeginAnswer();
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => network.FlushAsync(cancellationToken);

    public override void Flush()
    {
    }

    /// <summary>Only the asynchronous ways are bounded, so only they exist.</summary>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            network.Dispose();
        }

        base.Dispose(disposing);
    }

    private void BeginAnswer() => (_answerBytes, _answerStart) = (0, clock.GetTimestamp());

    private async ValueTask<int> LimitAsync(
        Func<CancellationToken, ValueTask<int>> work, string what, CancellationToken cancellationToken)
    {
        var exchangeLeft = _exchangeLimit - clock.GetElapsedTime(_exchangeStart);
        var answerLeft = AnswerLimit - clock.GetElapsedTime(_answerStart);
        var left = exchangeLeft < answerLeft ? exchangeLeft : answerLeft;
        using var deadline = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await work(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Break(exchangeLeft < answerLeft
                ? $"The exchange with the mail server took longer than {_exchangeLimit.TotalSeconds:0} s."
                : $"The mail server took longer than {AnswerLimit.TotalSeconds:0} s to {what}.");
        }
    }

    /// <summary>An <see cref="IOException"/>, since TLS passes those on unchanged.</summary>
    [SuppressMessage("Usage", "CA2201", Justification = "The caller reads Breach; the type only has to pass through TLS.")]
    private IOException Break(string sentence)
    {
        Breach ??= sentence;
        return new IOException(sentence);
    }
}
