using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using MimeKit;
using MimeKit.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.OpenSsl;
using Org.BouncyCastle.Security;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Settings;
using Smplat.FakeVendors.Smtp;

namespace Smplat.Tests.Platform.Outbox;

public sealed class DkimTests
{
    [TestCase("rsa")]
    [TestCase("ed25519")]
    public async Task A_signature_is_valid_at_the_receiver_until_the_unsubscribe_link_is_changed(string kind)
    {
        await using var server = new FakeSmtp { OffersUtf8 = true, OffersPipelining = true }.Start();
        var (pem, key) = MakeKey(kind);
        var mail = Mails.Any() with
        {
            Subject = "Größe",
            Text = "Grüße \n.\n..dots\n",
            Headers = [("List-Unsubscribe", "<https://smplat.test/u/abc>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")],
            Attachments = [new("Beleg.pdf", "application/pdf", RandomNumberGenerator.GetBytes(20_000))],
        };

        await SmtpFixture.SendAsync(server, mail, new()
        {
            ["SMTP_DKIM_DOMAIN"] = "smplat.test",
            ["SMTP_DKIM_SELECTOR"] = "mail2026",
            ["SMTP_DKIM_PRIVATE_KEY"] = pem.ReplaceLineEndings("\\n"),
        });

        var raw = server.Mails.Single().Raw;
        var forged = Encoding.Latin1.GetBytes(server.Mails.Single().Text.Replace("/u/abc", "/u/evil", StringComparison.Ordinal));
        Assert.That((await VerifyAsync(raw, key), await VerifyAsync(forged, key)), Is.EqualTo((true, false)));
        Assert.That(server.Mails.Single().Header("DKIM-Signature")!.Replace(" ", "", StringComparison.Ordinal), Does.Contain("d=smplat.test").And.Contain("s=mail2026")
            .And.Contain("c=relaxed/relaxed").And.Contain("list-unsubscribe:list-unsubscribe-post"));
    }

    [Test]
    public void A_key_that_cannot_sign_fails_the_start_with_an_error_that_does_not_reveal_it()
    {
        using var rsa = RSA.Create(2048);
        using var weak = RSA.Create(512);
        var folder = Directory.CreateTempSubdirectory("smplat-dkim").FullName;
        const string notAKey = "SMTP_DKIM_PRIVATE_KEY must hold a private RSA or Ed25519 key as PEM, without a passphrase.";
        (string Name, string Value, string Expected)[] wrong =
        [
            ("SMTP_DKIM_PRIVATE_KEY", "c2VjcmV0", notAKey),
            ("SMTP_DKIM_PRIVATE_KEY", rsa.ExportSubjectPublicKeyInfoPem(), notAKey),
            ("SMTP_DKIM_PRIVATE_KEY", rsa.ExportPkcs8PrivateKeyPem()[..200], notAKey),
            ("SMTP_DKIM_PRIVATE_KEY", rsa.ExportEncryptedPkcs8PrivateKeyPem("pass", new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)), notAKey),
            ("SMTP_DKIM_PRIVATE_KEY", weak.ExportRSAPrivateKeyPem(), "SMTP_DKIM_PRIVATE_KEY has 512 bits; receivers accept no DKIM key under 1024."),
            ("SMTP_DKIM_PRIVATE_KEY_FILE", Path.Combine(folder, "missing.pem"), "SMTP_DKIM_PRIVATE_KEY_FILE cannot be read: "),
            ("SMTP_DKIM_PRIVATE_KEY", "", "DKIM needs SMTP_DKIM_DOMAIN, SMTP_DKIM_SELECTOR and either"),
        ];

        foreach (var (name, value, expected) in wrong)
        {
            var failures = Read(new() { ["SMTP_DKIM_DOMAIN"] = "smplat.test", ["SMTP_DKIM_SELECTOR"] = "s1", [name] = value });
            Assert.That(failures.Single(), Does.StartWith(expected));
            Assert.That(value.Length == 0 || name.EndsWith("FILE", StringComparison.Ordinal) || !failures.Single().Contains(value, StringComparison.Ordinal));
        }

        var file = Path.Combine(folder, "key.pem");
        File.WriteAllText(file, rsa.ExportRSAPrivateKeyPem());
        Assert.That(
            Read(new() { ["SMTP_DKIM_DOMAIN"] = "münchen.example", ["SMTP_DKIM_SELECTOR"] = "s1", ["SMTP_DKIM_PRIVATE_KEY_FILE"] = file }),
            Is.Empty);
        Directory.Delete(folder, recursive: true);
    }

    [TestCase("SMTP_SENDER_EMAIL", "SMPLAT <hello@smplat.test>", "SMTP_SENDER_EMAIL must be a mail address")]
    [TestCase("SMTP_AUTH_MECHANISM", "xoauth2", "SMTP_AUTH_MECHANISM is xoauth2, so")]
    [TestCase("SMTP_AUTH_MECHANISM", "login", "SMTP_AUTH_MECHANISM is set, so")]
    [TestCase("SMTP_AUTH_MECHANISM", "cram-md5", "SMTP_AUTH_MECHANISM must be one of plain, login, xoauth2")]
    [TestCase("SMTP_TLS_MODE", "always", "SMTP_TLS_MODE must be one of starttls, implicit, opportunistic, none")]
    public void Invalid_mail_settings_fail_the_start(string name, string value, string expected) =>
        Assert.That(Read(new() { [name] = value }).Single(), Does.StartWith(expected));

    private static IReadOnlyList<string> Read(Dictionary<string, string?> settings) =>
        SettingsReader.Read<SmtpOptions>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).Failures;

    private static (string Pem, AsymmetricKeyParameter Public) MakeKey(string kind)
    {
        IAsymmetricCipherKeyPairGenerator generator = kind == "rsa" ? new RsaKeyPairGenerator() : new Ed25519KeyPairGenerator();
        generator.Init(kind == "rsa"
            ? new KeyGenerationParameters(new SecureRandom(), 2048)
            : new Ed25519KeyGenerationParameters(new SecureRandom()));
        var pair = generator.GenerateKeyPair();
        using var text = new StringWriter();
        using (var writer = new PemWriter(text))
        {
            writer.WriteObject(new Pkcs8Generator(pair.Private).Generate());
        }

        return (text.ToString(), pair.Public);
    }

    private static async Task<bool> VerifyAsync(byte[] raw, AsymmetricKeyParameter key)
    {
        using var message = await MimeMessage.LoadAsync(new MemoryStream(raw));
        var signature = message.Headers[message.Headers.IndexOf(HeaderId.DkimSignature)];
        return await new DkimVerifier(new OneKey(key)).VerifyAsync(message, signature);
    }

    private sealed class OneKey(AsymmetricKeyParameter key) : IDkimPublicKeyLocator
    {
        public AsymmetricKeyParameter LocatePublicKey(string methods, string domain, string selector, CancellationToken cancellationToken = default) =>
            (domain, selector) == ("smplat.test", "mail2026") ? key : throw new InvalidOperationException("There is no such key.");

        public Task<AsymmetricKeyParameter> LocatePublicKeyAsync(string methods, string domain, string selector, CancellationToken cancellationToken = default) =>
            Task.FromResult(LocatePublicKey(methods, domain, selector, cancellationToken));
    }
}
