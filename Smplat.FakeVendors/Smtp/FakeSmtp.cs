using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Smplat.FakeVendors.Smtp;

/// <summary>
/// A mail server on a loopback port: EHLO, STARTTLS, AUTH, one mail after another. It keeps what it took, and fails where
/// it is told to.
/// </summary>
public sealed class FakeSmtp : IAsyncDisposable
{
    public const string User = "smplat";
    public const string Password = "a long password";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentQueue<ReceivedMail> _mails = new();
    private readonly Lazy<X509Certificate2> _certificate = new(MakeCertificate);
    private Task _accepting = Task.CompletedTask;

    public SmtpFaultPlan Faults { get; } = new();

    /// <summary>Called when a step is reached, before the server acts or answers: the place to pull a plug.</summary>
    public Action<SmtpStep>? Reached { get; set; }

    /// <summary>Offers STARTTLS and takes no mail without it.</summary>
    public bool DemandsTls { get; init; }

    /// <summary>Offers AUTH by these mechanisms and takes no mail without it.</summary>
    public IReadOnlyList<string> Mechanisms { get; init; } = [];

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Every mail that was taken, oldest first; a mail that came twice is here twice.</summary>
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
        ["SMTP_USE_TLS"] = DemandsTls ? "true" : "false",
        ["SMTP_CERTIFICATE_SHA256"] = DemandsTls ? Fingerprint : "",
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

    internal void Take(ReceivedMail mail) => _mails.Enqueue(mail);

    private async Task AcceptAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptTcpClientAsync(_closing.Token);
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
