using System.Net.Sockets;
using System.Net.Security;
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

namespace Smplat.Core.Notifications.Mail.Smtp;

using HandoverMark = Delivery.HandoverMark;

/// <summary>How sending one mail over a connection ended.</summary>
internal enum SendResult
{
    Accepted,
    SenderRefused,
    RecipientRefused,

    /// <summary>The server answered DATA or the end of the mail with a refusal.</summary>
    MailRefused,

    /// <summary>The message belongs to another sender now; nothing was sent.</summary>
    LeaseLost,

    /// <summary>The connection broke before the server was asked for the mail.</summary>
    BrokenBeforeHandover,

    /// <summary>The connection broke before the mail was written to its end, so the server cannot have taken it.</summary>
    BrokenBeforeEnd,

    /// <summary>The mail was written and no answer came.</summary>
    Unknown,
}

/// <summary>One connection to the mail server: MailKit over a <see cref="ConversationStream"/>. For one mail at a time.</summary>
internal sealed class SmtpConnection : IDisposable
{
    /// <summary>Opening is connecting, greeting, EHLO, TLS, EHLO again and login.</summary>
    private const int OpeningAnswers = 6;

    /// <summary>A whole mail: sender, recipient, DATA, the last answer (three times as long) and four for the mail itself.</summary>
    private const int MailAnswers = 10;

    private const int LastAnswerFactor = 3;

    private readonly ConversationStream _stream;
    private readonly Client _client;

    private SmtpConnection(SmtpOptions settings, ConversationStream stream)
    {
        Settings = settings;
        _stream = stream;
        _client = new Client
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

    /// <summary>A mail was sent over this connection before the present one.</summary>
    public bool WasUsed { get; private set; }

    public bool OffersUtf8 => _client.Capabilities.HasFlag(SmtpCapabilities.UTF8);

    /// <summary>The server's answer that decided about the last mail; null when it gave none.</summary>
    public SmtpAnswer? Answer { get; private set; }

    /// <summary>What went wrong with the last mail, as a sentence; null when nothing did.</summary>
    public string? Problem { get; private set; }

    /// <exception cref="SmtpUnavailableException">The server does not let us in.</exception>
    public static async Task<SmtpConnection> OpenAsync(SmtpOptions settings, TimeProvider clock, CancellationToken cancellationToken)
    {
        var stream = new ConversationStream(await ConnectAsync(settings, clock, cancellationToken), clock);
        var connection = new SmtpConnection(settings, stream);
        try
        {
            stream.Begin(settings.Timeout * OpeningAnswers, settings.Timeout);
            await connection._client.ConnectAsync(stream, settings.Host!, settings.Port, Security(settings), cancellationToken);
            await connection.LogInAsync(cancellationToken);

            // BDAT has no moment at which the server can be asked for the mail without getting it.
            connection._client.Capabilities &= ~(SmtpCapabilities.Chunking | SmtpCapabilities.BinaryMime);
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

    /// <summary>Sends one mail. Cancellation is heeded until the handover is committed.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; nothing was sent.</exception>
    public async Task<SendResult> SendAsync(MailMessage mail, HandoverMark handOver, CancellationToken cancellationToken)
    {
        using var stop = new CancellationTokenSource();
        var handover = new Handover(handOver, cancellationToken);
        using var message = new MimeMail(mail);
        Settings.Dkim?.Sign(message);
        message.Written = () =>
        {
            // Before the handover the mail is only measured.
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
            // What the server said outweighs how the exception came about: after a refusal MailKit resets the
            // connection, and a server that hung up by then makes it throw something else.
            handover.Failure?.Throw();
            if (handover.IsLost)
            {
                return SendResult.LeaseLost;
            }

            if (_client.Refusal is var (result, answer))
            {
                Answer = answer;
                return result;
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
            WasUsed = true;
        }
    }

    /// <summary>Takes leave of the server; how it answers does not matter.</summary>
    public async Task CloseAsync()
    {
        try
        {
            _stream.Begin(Settings.Timeout, Settings.Timeout);
            await _client.DisconnectAsync(quit: true, CancellationToken.None);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ProtocolException or ObjectDisposedException)
        {
            // Every mail has its outcome already.
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
        // The small buffer bounds what the kernel takes from a server that never stops.
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = ConversationStream.MaxAnswerBytes };
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
                "The server does not offer STARTTLS, and SMTP_USE_TLS demands it.",
            AuthenticationException refused => $"The login was refused: {refused.Message}",
            SslHandshakeException => $"TLS could not be started: {(exception.InnerException ?? exception).Message}",
            SmtpCommandException command => new SmtpAnswer((int)command.StatusCode, command.Message).ToString(),
            _ => $"{exception.GetType().Name}: {exception.Message}",
        };

    /// <summary>The commit before DATA, and how far the mail got after it.</summary>
    private sealed class Handover(HandoverMark mark, CancellationToken cancellationToken)
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
                _isCommitted = await mark(cancellationToken);
            }
            catch (Exception exception)
            {
                Failure = ExceptionDispatchInfo.Capture(exception);
                throw;
            }

            if (!_isCommitted)
            {
                IsLost = true;
                throw new IOException("The message belongs to another sender.");
            }
        }
    }

    /// <summary>MailKit's client, which tells of the accepted recipient and remembers the first refusal of a mail.</summary>
    private sealed class Client : SmtpClient
    {
        private readonly Answers _answers;
        private Action _onRecipientAccepted = () => { };
        private (SendResult, SmtpAnswer)? _refusal;

        public Client()
            : this(new Answers())
        {
        }

        private Client(Answers answers)
            : base(answers) => _answers = answers;

        /// <summary>What the server refused, and how; null when it refused nothing.</summary>
        public (SendResult Result, SmtpAnswer Answer)? Refusal =>
            _refusal ?? (_answers.FirstRefusal() is { } answer ? (SendResult.MailRefused, answer) : null);

        public void Begin(Action onRecipientAccepted)
        {
            _onRecipientAccepted = onRecipientAccepted;
            _refusal = null;
            _answers.Clear();
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
            _refusal ??= (SendResult.RecipientRefused, new((int)response.StatusCode, response.Response));
            base.OnRecipientNotAccepted(message, mailbox, response);
        }
    }

    /// <summary>Listens to the conversation for the first answer of a mail that is a refusal.</summary>
    private sealed class Answers : IProtocolLogger
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

        /// <returns>Null for an answer that is no refusal, or not complete.</returns>
        private SmtpAnswer? Read()
        {
            var lines = Encoding.UTF8.GetString([.. _answer]).Split("\r\n");
            return lines is [{ Length: >= 3 } line, _, ..] && line[0] is '4' or '5' && int.TryParse(line.AsSpan(0, 3), out var code)
                ? new(code, string.Join(' ', lines.Where(part => part.Length > 4).Select(part => part[4..])))
                : null;
        }
    }
}
