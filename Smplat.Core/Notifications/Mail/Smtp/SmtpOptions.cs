using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Settings;

namespace Smplat.Core.Notifications.Mail.Smtp;

/// <summary>The mail server. Mail is on when host and sender are set.</summary>
public sealed class SmtpOptions
{
    /// <summary>Name or address of the server. Default none: no mail by SMTP.</summary>
    [ConfigurationKeyName("SMTP_HOST")]
    public string? Host { get; init; }

    /// <summary>Port; on 465 TLS starts at once instead of by STARTTLS. Default 587.</summary>
    [ConfigurationKeyName("SMTP_PORT")]
    [Range(1, 65535)]
    public int Port { get; init; } = 587;

    /// <summary>User for AUTH; used only together with the password.</summary>
    [ConfigurationKeyName("SMTP_USERNAME")]
    public string? Username { get; init; }

    [ConfigurationKeyName("SMTP_PASSWORD")]
    [SecretSetting]
    public string? Password { get; init; }

    /// <summary>Demand TLS; a server that does not offer it is refused, never used in the clear. Default true.</summary>
    [ConfigurationKeyName("SMTP_USE_TLS")]
    public bool UseTls { get; init; } = true;

    /// <summary>Address that mail is sent from. Default none: no mail by SMTP.</summary>
    [ConfigurationKeyName("SMTP_SENDER_EMAIL")]
    public string? SenderEmail { get; init; }

    /// <summary>Seconds that one answer of the server may take; the last one, to the mail itself, three times as long. Default 10.</summary>
    [ConfigurationKeyName("SMTP_TIMEOUT_SECONDS")]
    [Range(1, 300)]
    public int TimeoutSeconds { get; init; } = 10;

    /// <summary>
    /// SHA-256 of the one certificate that is accepted although no root of the system vouches for it, as hex: for a relay
    /// with a certificate of its own. Default none.
    /// </summary>
    [ConfigurationKeyName("SMTP_CERTIFICATE_SHA256")]
    [RegularExpression("[0-9A-Fa-f:]{64,95}", ErrorMessage = "{0} must be a SHA-256 in hex.")]
    public string? CertificateSha256 { get; init; }

    public bool IsOn => !string.IsNullOrWhiteSpace(Host) && !string.IsNullOrWhiteSpace(SenderEmail);
}
