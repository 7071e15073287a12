using System.Diagnostics.CodeAnalysis;

namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// The network stream below the mail client, with limits that the client lacks: on the bytes and the time that a server may
/// take for one reply and for one exchange (opening a connection, or one mail). It is below TLS, so the handshake is
/// limited too. The time of a reply starts with the write before it, so a server gains nothing by sending slowly.
/// </summary>
internal sealed class ConversationStream(Stream network, TimeProvider clock) : Stream
{
    /// <summary>Most bytes of one reply: far more than any server's greeting or certificate chain.</summary>
    public const int MaxAnswerBytes = 64 * 1024;

    /// <summary>Most bytes of all replies of one exchange.</summary>
    public const int MaxExchangeBytes = 256 * 1024;

    private TimeSpan _exchangeLimit = TimeSpan.MaxValue;
    private long _exchangeStart;
    private long _answerStart;
    private int _exchangeBytes;
    private int _answerBytes;

    /// <summary>Time limit of each write, and of the whole reply to it.</summary>
    public TimeSpan AnswerLimit { get; set; } = TimeSpan.MaxValue;

    /// <summary>Runs once, before the next bytes are written. If it throws, they are not written.</summary>
    public Func<Task>? BeforeNextWrite { get; set; }

    /// <summary>Which limit the server exceeded, as a sentence; null when none.</summary>
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

    /// <summary>Starts an exchange with its own limits.</summary>
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
            throw Break($"The mail server's reply is too long: {_answerBytes} bytes, {_exchangeBytes} since the exchange began.");
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
            "accept what was sent",
            cancellationToken);
        BeginAnswer();
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => network.FlushAsync(cancellationToken);

    public override void Flush()
    {
    }

    /// <summary>Only the asynchronous methods enforce the limits, so the others are not supported.</summary>
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

    /// <summary>An <see cref="IOException"/>, because TLS lets those pass unchanged.</summary>
    [SuppressMessage("Usage", "CA2201", Justification = "The caller reads Breach; the type only has to pass through TLS.")]
    private IOException Break(string sentence)
    {
        Breach ??= sentence;
        return new IOException(sentence);
    }
}
