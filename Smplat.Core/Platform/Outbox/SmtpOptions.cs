using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Outbox;

/// <summary>How a connection to the mail server is encrypted.</summary>
public enum SmtpTls
{
    /// <summary>STARTTLS, required: nothing is sent to a server that does not offer it.</summary>
    StartTls,

    /// <summary>TLS from the first byte.</summary>
    Implicit,

    /// <summary>STARTTLS if the server offers it; otherwise unencrypted and without credentials.</summary>
    Opportunistic,

    /// <summary>Never.</summary>
    None,
}

/// <summary>How the app logs in.</summary>
public enum SmtpAuth
{
    Plain,
    Login,
    XOAuth2,
}

/// <summary>The mail server. Mail is on when host and sender are set.</summary>
public sealed class SmtpOptions : IValidatableObject
{
    private const int ImplicitTlsPort = 465;

    private DkimSigning? _dkim;

    /// <summary>Name or address of the server. Default none: no mail by SMTP.</summary>
    [ConfigurationKeyName("SMTP_HOST")]
    public string? Host { get; init; }

    /// <summary>Port; on 465 TLS starts at once instead of by STARTTLS. Default 587.</summary>
    [ConfigurationKeyName("SMTP_PORT")]
    [Range(1, 65535)]
    public int Port { get; init; } = 587;

    /// <summary>User for AUTH; used only together with the password or an OAuth 2 token.</summary>
    [ConfigurationKeyName("SMTP_USERNAME")]
    public string? Username { get; init; }

    /// <summary>Password for AUTH PLAIN and LOGIN.</summary>
    [ConfigurationKeyName("SMTP_PASSWORD")]
    [SecretSetting]
    public string? Password { get; init; }

    /// <summary>Require TLS. A server that does not offer it is not used. Default true.</summary>
    [ConfigurationKeyName("SMTP_USE_TLS")]
    public bool UseTls { get; init; } = true;

    /// <summary>
    /// How TLS starts, for servers that <c>SMTP_USE_TLS</c> and the port do not describe: <c>starttls</c> (required),
    /// <c>implicit</c> (from the first byte), <c>opportunistic</c> (STARTTLS if offered; without it no login) or
    /// <c>none</c>. Unset by default: <c>SMTP_USE_TLS</c> and the port decide.
    /// </summary>
    [ConfigurationKeyName("SMTP_TLS_MODE")]
    public SmtpTls? TlsMode { get; init; }

    /// <summary>
    /// The only login mechanism to use: <c>plain</c>, <c>login</c> or <c>xoauth2</c>. Unset by default: XOAUTH2 with a token; with a
    /// password PLAIN, or LOGIN if the server offers only that.
    /// </summary>
    [ConfigurationKeyName("SMTP_AUTH_MECHANISM")]
    public SmtpAuth? AuthMechanism { get; init; }

    /// <summary>OAuth 2 access token for AUTH XOAUTH2. Tokens expire: prefer the file. Default none.</summary>
    [ConfigurationKeyName("SMTP_OAUTH2_TOKEN")]
    [SecretSetting]
    public string? OAuth2Token { get; init; }

    /// <summary>File that holds the OAuth 2 access token, read at every login, so that another process can renew it. Default none.</summary>
    [ConfigurationKeyName("SMTP_OAUTH2_TOKEN_FILE")]
    public string? OAuth2TokenFile { get; init; }

    /// <summary>Address that mail is sent from. Default none: no mail by SMTP.</summary>
    [ConfigurationKeyName("SMTP_SENDER_EMAIL")]
    public string? SenderEmail { get; init; }

    /// <summary>
    /// Seconds that one reply of the server may take. The last reply, to the mail itself, may take three times as long,
    /// opening a connection six times and a whole mail ten times. Default 10.
    /// </summary>
    [ConfigurationKeyName("SMTP_TIMEOUT_SECONDS")]
    [Range(1, 300)]
    public int TimeoutSeconds { get; init; } = 10;

    /// <summary>
    /// SHA-256, in hex, of one certificate that is accepted although no system root trusts it: for a relay with a
    /// self-signed certificate. Default none.
    /// </summary>
    [ConfigurationKeyName("SMTP_CERTIFICATE_SHA256")]
    [RegularExpression("[0-9A-Fa-f:]{64,95}", ErrorMessage = "{0} must be a SHA-256 in hex.")]
    public string? CertificateSha256 { get; init; }

    /// <summary>Domain that signs mail by DKIM: the sender's domain or a parent of it. Default none: mail is not signed.</summary>
    [ConfigurationKeyName("SMTP_DKIM_DOMAIN")]
    public string? DkimDomain { get; init; }

    /// <summary>Selector of the DKIM public key in DNS (<c>selector._domainkey.domain</c>).</summary>
    [ConfigurationKeyName("SMTP_DKIM_SELECTOR")]
    [RegularExpression("[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?", ErrorMessage = "{0} must be a DNS label such as mail2026.")]
    public string? DkimSelector { get; init; }

    /// <summary>
    /// Private key that signs mail, as PEM without passphrase: RSA of at least 1024 bits, or Ed25519. Line breaks may be
    /// written as <c>\n</c>.
    /// </summary>
    [ConfigurationKeyName("SMTP_DKIM_PRIVATE_KEY")]
    [SecretSetting]
    public string? DkimPrivateKey { get; init; }

    /// <summary>File that holds the private key, in place of <c>SMTP_DKIM_PRIVATE_KEY</c>; read at start and on a changed setting.</summary>
    [ConfigurationKeyName("SMTP_DKIM_PRIVATE_KEY_FILE")]
    public string? DkimPrivateKeyFile { get; init; }

    public bool IsOn => !string.IsNullOrWhiteSpace(Host) && !string.IsNullOrWhiteSpace(SenderEmail);

    /// <summary>The mode that results from <see cref="TlsMode"/>, <see cref="UseTls"/> and the port.</summary>
    public SmtpTls Tls => TlsMode ?? (UseTls, Port) switch
    {
        (false, _) => SmtpTls.None,
        (_, ImplicitTlsPort) => SmtpTls.Implicit,
        _ => SmtpTls.StartTls,
    };

    internal TimeSpan Timeout => TimeSpan.FromSeconds(TimeoutSeconds);

    internal bool HasPassword => Username is not null && Password is not null;

    internal bool HasToken => Username is not null && (OAuth2Token ?? OAuth2TokenFile) is not null;

    /// <summary>Signs mail; null when it is not signed.</summary>
    internal DkimSigning? Dkim => _dkim;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (SenderEmail is { } sender && (!Mailbox.IsUsable(sender) || Mailbox.NeedsUtf8(sender)))
        {
            yield return new("SMTP_SENDER_EMAIL must be a mail address without a name, such as hello@example.com.");
        }

        if (AuthMechanism is SmtpAuth.XOAuth2 && !HasToken)
        {
            yield return new("SMTP_AUTH_MECHANISM is xoauth2, so SMTP_USERNAME and SMTP_OAUTH2_TOKEN or SMTP_OAUTH2_TOKEN_FILE must be set.");
        }

        if (AuthMechanism is SmtpAuth.Plain or SmtpAuth.Login && !HasPassword)
        {
            yield return new("SMTP_AUTH_MECHANISM is set, so SMTP_USERNAME and SMTP_PASSWORD must be set.");
        }

        if (OAuth2Token is not null && OAuth2TokenFile is not null)
        {
            yield return new("SMTP_OAUTH2_TOKEN and SMTP_OAUTH2_TOKEN_FILE are both set; remove one of them.");
        }

        if (DkimSigning.Read(this, out _dkim) is { } problem)
        {
            yield return new(problem);
        }
    }
}
