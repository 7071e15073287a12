using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Smplat.Core.Notifications.Mail.Smtp;

/// <summary>Lines to and from one server, with a limit on every wait and on everything that is read.</summary>
public sealed class SmtpConnection : IAsyncDisposable
{
    private const int MaxLineBytes = 4096;
    private const int MaxReplyLines = 200;

    private readonly SmtpOptions _options;
    private readonly TimeProvider _clock;
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[MaxLineBytes];
    private Stream _stream = Stream.Null;
    private int _start;
    private int _end;

    private SmtpConnection(SmtpOptions options, TimeProvider clock, Socket socket) =>
        (_options, _clock, _socket) = (options, clock, socket);

    public bool IsEncrypted => _stream is SslStream;

    private TimeSpan Timeout => TimeSpan.FromSeconds(_options.TimeoutSeconds);

    /// <exception cref="SmtpProtocolException">Nobody answers there.</exception>
    public static async Task<SmtpConnection> OpenAsync(
        SmtpOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var connection = new SmtpConnection(options, clock, socket);
        try
        {
            await connection.LimitAsync(
                "connecting", connection.Timeout, token => socket.ConnectAsync(options.Host!, options.Port, token), cancellationToken);
            connection._stream = new NetworkStream(socket, ownsSocket: true);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async Task EncryptAsync(CancellationToken cancellationToken)
    {
        if (_start < _end)
        {
            // What came in the clear after STARTTLS could be an attacker's; it must not count as the server's word.
            throw new SmtpProtocolException("The server sent data before TLS began.");
        }

        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        var settings = new SslClientAuthenticationOptions
        {
            TargetHost = _options.Host,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            RemoteCertificateValidationCallback = IsTrusted,
        };
        await LimitAsync("starting TLS", Timeout, token => new(tls.AuthenticateAsClientAsync(settings, token)), cancellationToken);
        _stream = tls;
    }

    public async Task<SmtpReply> AskAsync(string command, CancellationToken cancellationToken)
    {
        await WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), cancellationToken);
        return await ReadReplyAsync(Timeout, cancellationToken);
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        await LimitAsync(
            "writing",
            Timeout,
            async token =>
            {
                await _stream.WriteAsync(bytes, token);
                await _stream.FlushAsync(token);
            },
            cancellationToken);

    public Task<SmtpReply> ReadReplyAsync(CancellationToken cancellationToken) => ReadReplyAsync(Timeout, cancellationToken);

    public async Task<SmtpReply> ReadReplyAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var reply = default(SmtpReply);
        await LimitAsync("waiting for an answer", limit, async token => reply = await ReadReplyLinesAsync(token), cancellationToken);
        return reply!;
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _socket.Dispose();
    }

    private async Task<SmtpReply> ReadReplyLinesAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        while (lines.Count < MaxReplyLines)
        {
            var line = await ReadLineAsync(cancellationToken);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), out var code))
            {
                throw new SmtpProtocolException("The server does not speak SMTP.");
            }

            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length == 3 || line[3] != '-')
            {
                return new(code, lines);
            }
        }

        throw new SmtpProtocolException("The server's answer has no end.");
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var newline = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                var line = Encoding.UTF8.GetString(_buffer, _start, newline).TrimEnd('\r');
                _start += newline + 1;
                return line;
            }

            if (_start > 0)
            {
                Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
                (_start, _end) = (0, _end - _start);
            }

            if (_end == _buffer.Length)
            {
                throw new SmtpProtocolException("The server sent a line without end.");
            }

            var count = await _stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (count == 0)
            {
                throw new SmtpProtocolException("The server closed the connection.");
            }

            _end += count;
        }
    }

    private bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        var pinned = _options.CertificateSha256?.Replace(":", "", StringComparison.Ordinal);
        return pinned is not null && certificate is not null
            && pinned.Equals(certificate.GetCertHashString(HashAlgorithmName.SHA256), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Runs one step within its limit; every way in which the network can fail becomes one exception.</summary>
    private async Task LimitAsync(
        string step, TimeSpan limit, Func<CancellationToken, ValueTask> work, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(limit, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await work(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SmtpProtocolException($"The server took longer than {limit.TotalSeconds:0} s: {step}.");
        }
        catch (Exception exception) when (exception is IOException or SocketException or AuthenticationException)
        {
            throw new SmtpProtocolException($"{step}: {exception.GetType().Name}, {exception.Message}", exception);
        }
    }
}
