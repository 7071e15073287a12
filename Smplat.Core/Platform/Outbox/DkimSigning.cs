using MimeKit;
using MimeKit.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.OpenSsl;

namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// Signs mail by DKIM (RFC 6376), relaxed/relaxed. The unsubscribe headers are signed too, as RFC 8058 requires for
/// one-click unsubscribe.
/// </summary>
internal sealed class DkimSigning
{
    private const int MinRsaBits = 1024;

    private static readonly HeaderId[] Signed =
    [
        HeaderId.From, HeaderId.To, HeaderId.ReplyTo, HeaderId.Subject, HeaderId.Date, HeaderId.MessageId,
        HeaderId.MimeVersion, HeaderId.ContentType, HeaderId.AutoSubmitted, HeaderId.ListUnsubscribe, HeaderId.ListUnsubscribePost,
    ];

    private readonly string _domain;
    private readonly string _selector;
    private readonly AsymmetricKeyParameter _key;

    private DkimSigning(string domain, string selector, AsymmetricKeyParameter key) =>
        (_domain, _selector, _key) = (domain, selector, key);

    /// <summary>Reads the key from the settings.</summary>
    /// <param name="signing">Null when mail is not signed.</param>
    /// <returns>What is wrong with the settings, without revealing the key; null when they are valid.</returns>
    public static string? Read(SmtpOptions options, out DkimSigning? signing)
    {
        signing = null;
        if ((options.DkimDomain ?? options.DkimSelector ?? options.DkimPrivateKey ?? options.DkimPrivateKeyFile) is null)
        {
            return null;
        }

        if (options.DkimDomain is null || options.DkimSelector is null
            || (options.DkimPrivateKey is null) == (options.DkimPrivateKeyFile is null))
        {
            return "DKIM needs SMTP_DKIM_DOMAIN, SMTP_DKIM_SELECTOR and either SMTP_DKIM_PRIVATE_KEY or SMTP_DKIM_PRIVATE_KEY_FILE.";
        }

        if (Mailbox.Normalize($"dkim@{options.DkimDomain}") is not { } address)
        {
            return "SMTP_DKIM_DOMAIN must be a domain such as example.com.";
        }

        var setting = options.DkimPrivateKey is null ? "SMTP_DKIM_PRIVATE_KEY_FILE" : "SMTP_DKIM_PRIVATE_KEY";
        string pem;
        try
        {
            pem = options.DkimPrivateKey ?? File.ReadAllText(options.DkimPrivateKeyFile!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"{setting} cannot be read: {exception.Message}";
        }

        switch (ReadKey(pem.Replace("\\n", "\n", StringComparison.Ordinal)))
        {
            case RsaPrivateCrtKeyParameters { Modulus.BitLength: < MinRsaBits } weak:
                return $"{setting} has {weak.Modulus.BitLength} bits; receivers accept no DKIM key under {MinRsaBits}.";
            case { } key:
                signing = new(address["dkim@".Length..], options.DkimSelector, key);
                return null;
            default:
                return $"{setting} must hold a private RSA or Ed25519 key as PEM, without a passphrase.";
        }
    }

    /// <summary>Adds the signature; the mail must not change afterwards.</summary>
    public void Sign(MimeMail mail)
    {
        var algorithm = _key is Ed25519PrivateKeyParameters ? DkimSignatureAlgorithm.Ed25519Sha256 : DkimSignatureAlgorithm.RsaSha256;
        var signer = new DkimSigner(_key, _domain, _selector, algorithm)
        {
            HeaderCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed,
            BodyCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed,
        };
        signer.Sign(mail.Format, mail, [.. Signed.Where(id => mail.Headers.Contains(id) || mail.Body!.Headers.Contains(id))]);
    }

    /// <returns>Null for anything but a private key that can sign.</returns>
    private static AsymmetricKeyParameter? ReadKey(string pem)
    {
        try
        {
            using var reader = new PemReader(new StringReader(pem));
            var found = reader.ReadObject();
            return (found is AsymmetricCipherKeyPair pair ? pair.Private : found) switch
            {
                RsaPrivateCrtKeyParameters rsa => rsa,
                Ed25519PrivateKeyParameters edwards => edwards,
                _ => null,
            };
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The reader throws a different exception for each way in which a text is not a key.
            return null;
        }
    }
}
