using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using MimeKit;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Settings;
using Smplat.FakeVendors.Smtp;

namespace Smplat.Tests.Platform.Outbox;

/// <summary>What a mail looks like as MIME, read from the files that the folder gateway writes.</summary>
public sealed class MimeMailTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("smplat-mail").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Any_subject_and_text_arrive_unchanged()
    {
        Prop.ForAll<NonNull<string>, NonNull<string>>((subject, text) =>
        {
            // Half of a surrogate pair is not text.
            var (heading, body) = (Clean(subject.Get), Clean(text.Get));
            var raw = Write(Mails.Any() with { Subject = heading, Text = body });
            var read = new ReceivedMail("", "", raw, false, null);
            return Words(read.Subject) == Words(heading)
                && read.Part("text/plain") == body.ReplaceLineEndings("\r\n") + "\r\n";
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void Every_line_is_ascii_and_short_enough()
    {
        Prop.ForAll<NonNull<string>>(text =>
        {
            var raw = Write(Mails.Any() with
            {
                Subject = text.Get,
                Text = text.Get + new string('é', 300) + new string('x', 2000),
                To = new("ada@example.test", text.Get + "Ä"),
                Attachments = [new(text.Get + "ü.txt", "text/plain", new byte[1000])],
            });
            return Encoding.Latin1.GetString(raw).Split("\r\n")
                .All(line => line.Length <= 998 && line.All(sign => sign < 128 && sign is not ('\n' or '\r')));
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void A_file_can_be_read_back_as_the_mail_that_was_written()
    {
        var mail = Mails.Any() with
        {
            To = new("info@münchen.example", "Jörg \"JB\" Böhm, Köln"),
            ReplyTo = "help@smplat.test",
            Subject = "Größe 1 – “ready”? " + new string('ß', 100),
            Text = "Grüße\nzweite Zeile \n",
            Headers = [("List-Unsubscribe", "<https://smplat.test/u/" + new string('a', 300) + ">"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")],
            Attachments = [new("Beleg Ä – " + new string('ö', 80) + ".pdf", "application/pdf", "%PDF-1.7"u8.ToArray()), new("x", "nonsense", new byte[] { 1, 2 })],
        };

        var raw = Write(mail);

        using var read = MimeMessage.Load(new MemoryStream(raw));
        var attachments = read.Attachments.Cast<MimePart>().ToArray();
        var text = Encoding.ASCII.GetString(raw);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(text.Replace("\r\n", "", StringComparison.Ordinal), Has.No.Contain("\n").And.No.Contain("\r"));
            Assert.That(read.From.Mailboxes.Single().Address, Is.EqualTo("hello@smplat.test"));
            Assert.That(read.To.Mailboxes.Single().Name, Is.EqualTo("Jörg \"JB\" Böhm, Köln"));
            Assert.That(text, Does.Contain("<info@xn--mnchen-3ya.example>"));
            Assert.That(read.ReplyTo.Mailboxes.Single().Address, Is.EqualTo("help@smplat.test"));
            Assert.That(read.Subject, Is.EqualTo(mail.Subject));
            Assert.That(read.MessageId, Is.EqualTo(mail.MessageId));
            Assert.That(read.Date, Is.EqualTo(mail.Date));
            Assert.That(text, Does.Contain("MIME-Version: 1.0\r\n"));
            Assert.That(read.TextBody!.ReplaceLineEndings("\n"), Is.EqualTo(mail.Text));
            Assert.That(read.HtmlBody, Does.StartWith(mail.Html));
            Assert.That(attachments.Select(part => part.FileName), Is.EqualTo(mail.Attachments.Select(file => file.FileName)));
            Assert.That(attachments.Select(part => part.ContentType.MimeType), Is.EqualTo(new[] { "application/pdf", "application/octet-stream" }));
            Assert.That(text, Does.Contain($"List-Unsubscribe: {mail.Headers[0].Value}\r\n"), "a link that is folded or encoded is not followed");
            Assert.That(text, Does.Contain("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
            Assert.That(text, Does.Contain("filename*0*=utf-8''"), "RFC 2231");
        }
    }

    [Test]
    public void Sending_twice_leaves_one_file()
    {
        Write(Mails.Any());
        Write(Mails.Any());

        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(1));
    }

    [TestCase("info@münchen.example", "info@xn--mnchen-3ya.example")]
    [TestCase("jörg@faß.example", "jörg@xn--fa-hia.example")]
    [TestCase("ada+tag@sub.example.test", "ada+tag@sub.example.test")]
    [TestCase("ada@exa mple.test", null)]
    [TestCase("ada@example.test\r\nRCPT TO:<all@example.test>", null)]
    [TestCase("ada@mün\u200bchen..example", null)]
    [TestCase("ad\u00a0a@example.test", null)]
    [TestCase("@example.test", null)]
    [TestCase("a@b@example.test", null)]
    public void Only_the_domain_of_an_address_changes(string address, string? expected) =>
        Assert.That(Mailbox.Normalize(address), Is.EqualTo(expected));

    private byte[] Write(MailMessage mail)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["SMPLAT_MAIL_FOLDER"] = _folder }).Build();
        var gateway = new FileMailGateway(Live<OutboxOptions>(configuration), Live<RuntimeOptions>(configuration));
        var outcome = gateway.SendAsync(mail, _ => Task.FromResult(true), CancellationToken.None).GetAwaiter().GetResult();
        return File.ReadAllBytes(Path.Combine(_folder, ((DeliveryOutcome.Delivered)outcome).ProviderMessageId!));
    }

    private static LiveSettings<T> Live<T>(IConfiguration configuration)
        where T : class, new() => new(configuration, new SettingsProblems(), NullLogger<LiveSettings<T>>.Instance);

    private static string Clean(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Trim()));

    /// <summary>Spaces and control characters in a header may be folded into one space.</summary>
    private static string Words(string text) => string.Join(' ', text
        .Split([.. text.Where(sign => char.IsControl(sign) || sign is ' ' or '\u2028' or '\u2029')], StringSplitOptions.RemoveEmptyEntries));
}
