using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using AuthenticationException = MailKit.Security.AuthenticationException;

namespace Smplat.Core.Platform.Outbox;

/// <summary>One connection to the mail server: MailKit over a <see cref="ConversationStream"/>. For one mail at a time.</summary>
internal sealed class SmtpConnection : IDisposable
{
    /// <summary>Opening is connecting, greeting, EHLO, TLS, EHLO again and login.</summary>
    private const int OpeningAnswers = 6;

    /// <summary>A whole mail: sender, recipient, DATA, the last answer (three times as long) and four for the mail itself.</summary>
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

    /// <summary>Addresses beyond ASCII can go over this connection: it was opened for them, and the server takes them.</summary>
    public bool TakesUtf8 => _client.Capabilities.HasFlag(SmtpCapabilities.UTF8);

    /// <summary>The server's answer that decided about the last mail; null when it gave none.</summary>
    public SmtpAnswer? Answer { get; private set; }

    /// <summary>What went wrong with the last mail, as a sentence; null when nothing did.</summary>
    public string? Problem { get; private set; }

    /// <param name="useUtf8">
    /// Use SMTPUTF8 if it is offered. MailKit then writes every internationalized domain as it is read instead of in its
    /// ASCII form, and an extension once laid aside cannot be taken up again, so it is a matter of the connection.
    /// </param>
    /// <exception cref="SmtpUnavailableException">The server does not let us in.</exception>
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

            // BDAT has no moment at which the server can be asked for the mail without getting it.
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

    /// <summary>Sends one mail. Cancellation is heeded until the handover is committed.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; nothing was sent.</exception>
    public async Task<SendResult> SendAsync(MailMessage mail, HandoverMark handOver, CancellationToken cancellationToken)
    {
        using var stop = new CancellationTokenSource();
        var handover = new SmtpHandover(handOver, cancellationToken);
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
        // Small buffers: one bounds what the kernel takes from a server that never stops, the other lets a write return
        // while a slow server still reads, instead of only when a megabyte is through.
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
                "The server does not offer STARTTLS, and SMTP_USE_TLS demands it.",
            AuthenticationException refused => $"The login was refused: {refused.Message}",
            SslHandshakeException => $"TLS could not be started: {(exception.InnerException ?? exception).Message}",
            SmtpCommandException command => new SmtpAnswer((int)command.StatusCode, command.Message).ToString(),
            _ => $"{exception.GetType().Name}: {exception.Message}",
        };
}
