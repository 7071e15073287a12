using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using AuthenticationException = MailKit.Security.AuthenticationException;

namespace Smplat.Core.Platform.Outbox;

/// <summary>One connection to the mail server: MailKit over a <see cref="ConversationStream"/>. It sends one mail at a time.</summary>
internal sealed class SmtpConnection : IDisposable
{
    /// <summary>Opening is connecting, greeting, EHLO, TLS, EHLO again and login.</summary>
    private const int OpeningAnswers = 6;

    /// <summary>A whole mail: sender, recipient, DATA, the last reply (three times as long) and four for the mail itself.</summary>
    private const int MailAnswers = 10;

    private const int LastAnswerFactor = 3;

    private const int BufferSize = 64 * 1024;

    private readonly ConversationStream _stream;
    private readonly ObservedSmtpClient _client;

    private SmtpConnection(SmtpOptions settings, ConversationStream stream)
    {
        Settings = settings;
        _stream = stream;
        _client = new ObservedSmtpClient
        {
            LocalDomain = settings.SenderEmail is { } sender && Mailbox.Normalize(sender) is { } address
                ? address[(address.LastIndexOf('@') + 1)..]
                : "localhost",
            SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CheckCertificateRevocation = false,
            ServerCertificateValidationCallback = IsTrusted,
        };
    }

    public SmtpOptions Settings { get; }

    public bool IsOpen => _client.IsConnected;

    /// <summary>This connection accepts non-ASCII addresses: it was opened for them, and the server supports them.</summary>
    public bool TakesUtf8 => _client.Capabilities.HasFlag(SmtpCapabilities.UTF8);

    /// <summary>The server's reply that decided the last mail; null when there was none.</summary>
    public SmtpAnswer? Answer { get; private set; }

    /// <summary>What went wrong with the last mail, as a sentence; null when nothing went wrong.</summary>
    public string? Problem { get; private set; }

    /// <param name="useUtf8">
    /// Use SMTPUTF8 if it is offered. MailKit then writes every internationalized domain in Unicode instead of its ASCII
    /// form, and an extension that was turned off cannot be turned on again, so this is decided per connection.
    /// </param>
    /// <exception cref="SmtpUnavailableException">The session could not be opened.</exception>
    public static async Task<SmtpConnection> OpenAsync(
        SmtpOptions settings, bool useUtf8, TimeProvider clock, CancellationToken cancellationToken)
    {
        var stream = new ConversationStream(await ConnectAsync(settings, clock, cancellationToken), clock);
        var connection = new SmtpConnection(settings, stream);
        try
        {
            stream.Begin(settings.Timeout * OpeningAnswers, settings.Timeout);
            await connection._client.ConnectAsync(stream, settings.Host!, settings.Port, Security(settings), cancellationToken);
            await connection.LogInAsync(cancellationToken);

            // With BDAT there is no point between the accepted recipient and the transfer of the mail.
            connection._client.Capabilities &=
                ~(SmtpCapabilities.Chunking | SmtpCapabilities.BinaryMime | (useUtf8 ? 0 : SmtpCapabilities.UTF8));
            return connection;
        }
        catch (Exception exception)
        {
            connection.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw exception as SmtpUnavailableException
                ?? new SmtpUnavailableException(Explain(exception, stream, settings), exception);
        }
    }

    /// <summary>Sends one mail. It can be cancelled until the handover is committed.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; nothing was sent.</exception>
    public async Task<SendResult> SendAsync(MailMessage mail, BeforeSend beforeSend, CancellationToken cancellationToken)
    {
        using var stop = new CancellationTokenSource();
        var handover = new SmtpHandover(beforeSend, cancellationToken);
        using var message = new MimeMail(mail);
        Settings.Dkim?.Sign(message);
        message.Written = () =>
        {
            // Before the handover MailKit writes the mail only to measure it.
            if (handover.IsCommitted)
            {
                handover.IsMailWritten = true;
                _stream.AnswerLimit = Settings.Timeout * LastAnswerFactor;
            }
        };
        using var stopping = cancellationToken.Register(() =>
        {
            if (!handover.IsCommitted)
            {
                stop.Cancel();
            }
        });

        (Answer, Problem) = (null, null);
        _stream.Begin(Settings.Timeout * MailAnswers, Settings.Timeout);
        _client.Begin(onRecipientAccepted: () => _stream.BeforeNextWrite = handover.CommitAsync);
        try
        {
            var text = await _client.SendAsync(message.Format, message, stop.Token);
            Answer = new(250, text);
            return SendResult.Accepted;
        }
        catch (Exception exception)
        {
            // The server's reply counts more than the type of the exception: after a refusal MailKit resets the
            // session, and throws something else if the server has hung up by then.
            handover.Failure?.Throw();
            if (handover.IsLost)
            {
                return SendResult.LeaseLost;
            }

            if (_client.Refusal(handover.IsCommitted) is var (refused, answer))
            {
                Answer = answer;
                return refused;
            }

            if (exception is ServiceNotAuthenticatedException)
            {
                Answer = new(530, exception.Message);
                return SendResult.SenderRefused;
            }

            Problem = Explain(exception, _stream, Settings);
            if (handover.IsCommitted)
            {
                return handover.IsMailWritten ? SendResult.Unknown : SendResult.BrokenBeforeEnd;
            }

            cancellationToken.ThrowIfCancellationRequested();
            return SendResult.BrokenBeforeHandover;
        }
        finally
        {
            _stream.BeforeNextWrite = null;
        }
    }

    /// <summary>Sends QUIT and closes the connection. The reply does not matter.</summary>
    public async Task CloseAsync()
    {
        try
        {
            _stream.Begin(Settings.Timeout, Settings.Timeout);
            await _client.DisconnectAsync(quit: true, CancellationToken.None);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ProtocolException or ObjectDisposedException)
        {
            // Every mail already has its outcome.
        }

        Dispose();
    }

    public void Dispose()
    {
        _client.Dispose();
        _stream.Dispose();
    }

    private static async Task<NetworkStream> ConnectAsync(SmtpOptions settings, TimeProvider clock, CancellationToken cancellationToken)
    {
        // Small buffers. The receive buffer limits what the kernel accepts from a server that never stops sending. The send
        // buffer lets a write return while a slow server is still reading, instead of after a whole megabyte.
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveBufferSize = BufferSize,
            SendBufferSize = BufferSize,
        };
        using var deadline = new CancellationTokenSource(settings.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await socket.ConnectAsync(settings.Host!, settings.Port, either.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw new SmtpUnavailableException(
                exception is SocketException
                    ? $"The mail server cannot be reached: {exception.Message}"
                    : $"The mail server took longer than {settings.TimeoutSeconds} s to accept a connection.",
                exception);
        }
    }

    private async Task LogInAsync(CancellationToken cancellationToken)
    {
        if (!Settings.HasPassword && !Settings.HasToken)
        {
            return;
        }

        if (Settings.Tls == SmtpTls.Opportunistic && !_client.IsSecure)
        {
            throw new SmtpUnavailableException(
                "The server does not offer STARTTLS, and without it SMTP_TLS_MODE=opportunistic sends no credentials.");
        }

        var offered = _client.AuthenticationMechanisms;
        var wanted = Settings.AuthMechanism
            ?? (Settings.HasToken ? SmtpAuth.XOAuth2 : offered.Contains("PLAIN") || !offered.Contains("LOGIN") ? SmtpAuth.Plain : SmtpAuth.Login);
        var name = wanted.ToString().ToUpperInvariant();
        if (!offered.Contains(name))
        {
            throw new SmtpUnavailableException(
                $"The server does not offer AUTH {name}; it offers {(offered.Count == 0 ? "none" : string.Join(", ", offered.Order(StringComparer.Ordinal)))}.");
        }

        await _client.AuthenticateAsync(
            wanted switch
            {
                SmtpAuth.XOAuth2 => new SaslMechanismOAuth2(Settings.Username!, await TokenAsync(cancellationToken)),
                SmtpAuth.Login => new SaslMechanismLogin(Settings.Username!, Settings.Password!),
                _ => new SaslMechanismPlain(Settings.Username!, Settings.Password!),
            },
            cancellationToken);
    }

    private async Task<string> TokenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return Settings.OAuth2Token ?? (await File.ReadAllTextAsync(Settings.OAuth2TokenFile!, cancellationToken)).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SmtpUnavailableException($"SMTP_OAUTH2_TOKEN_FILE cannot be read: {exception.Message}", exception);
        }
    }

    private static SecureSocketOptions Security(SmtpOptions settings) => settings.Tls switch
    {
        SmtpTls.Implicit => SecureSocketOptions.SslOnConnect,
        SmtpTls.Opportunistic => SecureSocketOptions.StartTlsWhenAvailable,
        SmtpTls.None => SecureSocketOptions.None,
        _ => SecureSocketOptions.StartTls,
    };

    private bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        var pinned = Settings.CertificateSha256?.Replace(":", "", StringComparison.Ordinal);
        return pinned is not null && certificate is not null
            && pinned.Equals(certificate.GetCertHashString(HashAlgorithmName.SHA256), StringComparison.OrdinalIgnoreCase);
    }

    private static string Explain(Exception exception, ConversationStream stream, SmtpOptions settings) =>
        stream.Breach ?? exception switch
        {
            NotSupportedException when settings.Tls == SmtpTls.StartTls =>
                "The server does not offer STARTTLS, and SMTP_USE_TLS requires it.",
            AuthenticationException refused => $"The login was refused: {refused.Message}",
            SslHandshakeException => $"TLS could not be started: {(exception.InnerException ?? exception).Message}",
            SmtpCommandException command => new SmtpAnswer((int)command.StatusCode, command.Message).ToString(),
            _ => $"{exception.GetType().Name}: {exception.Message}",
        };
}

/// <summary>MailKit's client, extended: it reports the accepted recipient and remembers the first refusal of a mail.</summary>
internal sealed class ObservedSmtpClient : SmtpClient
{
    private readonly ReplyLog _replies;
    private Action _onRecipientAccepted = () => { };
    private (SendResult, SmtpAnswer)? _refusal;
    private bool _isSenderAccepted;

    public ObservedSmtpClient()
        : this(new ReplyLog())
    {
    }

    private ObservedSmtpClient(ReplyLog replies)
        : base(replies) => _replies = replies;

    /// <summary>What the server refused of the current mail, and its reply; null when it refused nothing.</summary>
    /// <param name="wasAskedForMail">
    /// The recipient was accepted before. A refusal of neither sender nor recipient then concerns the mail, and otherwise
    /// us (such as 530, log in first).
    /// </param>
    public (SendResult Result, SmtpAnswer Answer)? Refusal(bool wasAskedForMail) =>
        _refusal
        ?? (_replies.FirstRefusal() is { } answer
            ? (wasAskedForMail ? SendResult.MailRefused : SendResult.SenderRefused, answer)
            : null);

    public void Begin(Action onRecipientAccepted)
    {
        _onRecipientAccepted = onRecipientAccepted;
        (_refusal, _isSenderAccepted) = (null, false);
        _replies.Clear();
    }

    protected override void OnSenderAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
    {
        base.OnSenderAccepted(message, mailbox, response);
        _isSenderAccepted = true;
    }

    protected override void OnRecipientAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
    {
        base.OnRecipientAccepted(message, mailbox, response);
        _onRecipientAccepted();
    }

    protected override void OnSenderNotAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
    {
        _refusal ??= (SendResult.SenderRefused, new((int)response.StatusCode, response.Response));
        base.OnSenderNotAccepted(message, mailbox, response);
    }

    protected override void OnRecipientNotAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
    {
        if (_isSenderAccepted)
        {
            _refusal ??= (SendResult.RecipientRefused, new((int)response.StatusCode, response.Response));
        }

        // Otherwise both commands were sent together, and the recipient was refused only because the sender was.
        base.OnRecipientNotAccepted(message, mailbox, response);
    }

    /// <summary>Watches the session for the first refusal of a mail.</summary>
    private sealed class ReplyLog : IProtocolLogger
    {
        private const int MaxBytes = 4096;

        private readonly List<byte> _answer = new(256);
        private SmtpAnswer? _first;

        public IAuthenticationSecretDetector? AuthenticationSecretDetector { get; set; }

        public SmtpAnswer? FirstRefusal() => _first ??= Read();

        public void Clear()
        {
            _first = null;
            _answer.Clear();
        }

        public void LogConnect(Uri uri)
        {
        }

        public void LogClient(byte[] buffer, int offset, int count)
        {
            _first ??= Read();
            _answer.Clear();
        }

        public void LogServer(byte[] buffer, int offset, int count) =>
            _answer.AddRange(buffer.AsSpan(offset, Math.Min(count, MaxBytes - _answer.Count)));

        public void Dispose()
        {
        }

        /// <returns>Null for a reply that is not a refusal, or incomplete.</returns>
        private SmtpAnswer? Read()
        {
            var lines = Encoding.UTF8.GetString([.. _answer]).ReplaceLineEndings("\n").Split('\n');
            if (lines is not [{ Length: >= 3 } first, _, ..] || first[0] is not ('4' or '5') || !int.TryParse(first.AsSpan(0, 3), out var code))
            {
                return null;
            }

            var last = Array.FindIndex(lines, line => line.Length < 4 || line[3] != '-');
            return new(code, string.Join(' ', lines[..(last + 1)].Where(line => line.Length > 4).Select(line => line[4..])));
        }
    }
}

/// <summary>The commit before DATA, and how much of the mail was written afterwards.</summary>
internal sealed class SmtpHandover(BeforeSend beforeSend, CancellationToken cancellationToken)
{
    private volatile bool _isCommitted;

    public bool IsCommitted => _isCommitted;

    public bool IsLost { get; private set; }

    public bool IsMailWritten { get; set; }

    /// <summary>The commit itself failed; nothing was sent.</summary>
    public ExceptionDispatchInfo? Failure { get; private set; }

    public async Task CommitAsync()
    {
        try
        {
            _isCommitted = await beforeSend(cancellationToken);
        }
        catch (Exception exception)
        {
            Failure = ExceptionDispatchInfo.Capture(exception);
            throw;
        }

        if (!_isCommitted)
        {
            IsLost = true;
            throw new IOException("Another sender has the message.");
        }
    }
}
