using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Smplat.FakeVendors.Smtp;

/// <summary>
/// A mail server on a loopback port: EHLO with the extensions that the test asks for, TLS, AUTH, and several mails per
/// connection. It keeps every accepted mail, and fails where the test asks for it.
/// </summary>
public sealed class FakeSmtp : IAsyncDisposable
{
    public const string User = "smplat";
    public const string Password = "a long password";

    /// <summary>The access token that AUTH XOAUTH2 accepts.</summary>
    public const string Token = "ya29.an-access-token";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentQueue<ReceivedMail> _mails = new();
    private readonly Lazy<X509Certificate2> _certificate = new(MakeCertificate);
    private Task _accepting = Task.CompletedTask;
    private long _bytesSent;
    private int _connections;

    public SmtpFaultPlan Faults { get; } = new();

    /// <summary>Called when a step is reached, before the server acts or answers; a test can cut the connection here.</summary>
    public Action<SmtpStep>? Reached { get; set; }

    /// <summary>Offers STARTTLS and accepts no mail without it.</summary>
    public bool DemandsTls { get; init; }

    /// <summary>Speaks TLS from the first byte.</summary>
    public bool IsTlsImplicit { get; init; }

    /// <summary>Offers AUTH by these mechanisms (PLAIN, LOGIN, XOAUTH2) and accepts no mail without it.</summary>
    public IReadOnlyList<string> Mechanisms { get; init; } = [];

    /// <summary>Accepts addresses that are not ASCII (SMTPUTF8, RFC 6531).</summary>
    public bool OffersUtf8 { get; init; }

    /// <summary>Allows commands to be sent without waiting for answers (RFC 2920).</summary>
    public bool OffersPipelining { get; init; }

    /// <summary>Connections that were accepted.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Bytes that this server has written to its sockets.</summary>
    public long BytesSent => Interlocked.Read(ref _bytesSent);

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Every accepted mail, oldest first; a mail that was sent twice is listed twice.</summary>
    public IReadOnlyList<ReceivedMail> Mails => [.. _mails];

    /// <summary>SHA-256 of the server's own certificate.</summary>
    public string Fingerprint => _certificate.Value.GetCertHashString(HashAlgorithmName.SHA256);

    internal X509Certificate2 Certificate => _certificate.Value;

    /// <summary>Settings with which the app sends through this server.</summary>
    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["SMTP_HOST"] = "127.0.0.1",
        ["SMTP_PORT"] = Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["SMTP_SENDER_EMAIL"] = "hello@smplat.test",
        ["SMTP_USE_TLS"] = DemandsTls || IsTlsImplicit ? "true" : "false",
        ["SMTP_TLS_MODE"] = IsTlsImplicit ? "implicit" : "",
        ["SMTP_CERTIFICATE_SHA256"] = DemandsTls || IsTlsImplicit ? Fingerprint : "",
        ["SMTP_USERNAME"] = Mechanisms.Count > 0 ? User : "",
        ["SMTP_PASSWORD"] = Mechanisms.Count > 0 ? Password : "",
    };

    public FakeSmtp Start()
    {
        _listener.Start();
        _accepting = AcceptAsync();
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _accepting;
        _listener.Dispose();
        if (_certificate.IsValueCreated)
            _certificate.Value.Dispose();
        _closing.Dispose();
    }

    internal void CountSent(int bytes) => Interlocked.Add(ref _bytesSent, bytes);

    internal void Take(ReceivedMail mail) => _mails.Enqueue(mail);

    private async Task AcceptAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptTcpClientAsync(_closing.Token);
                Interlocked.Increment(ref _connections);
                // Small buffers, so that little data in the sockets counts as read or sent.
                (client.SendBufferSize, client.ReceiveBufferSize) = (16 * 1024, 16 * 1024);
                _ = new SmtpConversation(this, client).RunAsync(_closing.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=mail.smplat.test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var from = TimeProvider.System.GetUtcNow().AddDays(-1);
        using var made = request.CreateSelfSigned(from, from.AddYears(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
