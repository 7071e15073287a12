using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Smplat.Core.Notifications.Delivery;
using Smplat.Core.Notifications.Mail;
using Smplat.Core.Notifications.Mail.Smtp;
using Smplat.Core.Settings;
using Smplat.FakeVendors.Smtp;

namespace Smplat.Tests.Notifications.Mail;

[Parallelizable(ParallelScope.All)]
public sealed class SmtpGatewayTests
{
    [Test]
    public async Task Text_html_and_attachments_arrive_as_they_were_written()
    {
        await using var server = new FakeSmtp().Start();
        var mail = Mails.Any() with
        {
            Subject = "Größe 1 – “ready”? 日本語の件名はとても長くて一行には収まりません",
            Text = ".a line that starts with a dot\n..two\nÄnderung = 100 %\ntrailing blank \n" + new string('x', 500),
            Html = "<p>Grüße &amp; <b>mehr</b></p>\n.\n<p>ends</p>",
            Attachments = [new("Beleg Ä.html", "text/html", "<p>receipt</p>"u8.ToArray())],
        };

        var outcome = await SendAsync(server, mail);

        Assert.That(outcome, Is.InstanceOf<DeliveryOutcome.Delivered>());
        var received = server.Mails.Single();
        Assert.That(received.Subject, Is.EqualTo(mail.Subject));
        Assert.That(received.Part("text/plain"), Is.EqualTo(mail.Text.ReplaceLineEndings("\r\n") + "\r\n"));
        Assert.That(received.Part("text/html"), Is.EqualTo(mail.Html.ReplaceLineEndings("\r\n") + "\r\n"));
        Assert.That(received.Attachments.Single().Content, Is.EqualTo("<p>receipt</p>"u8.ToArray()));
        Assert.That(received.MessageId, Is.EqualTo(mail.MessageId));
    }

    [Test]
    public async Task Nothing_in_a_subject_or_a_name_can_add_a_header()
    {
        await using var server = new FakeSmtp().Start();
        var mail = Mails.Any() with
        {
            Subject = "Hello\r\nBcc: everyone@example.test",
            To = new("ada@example.test", "Ada\r\nX-Evil: 1\" <mallory@example.test>"),
        };

        await SendAsync(server, mail);

        var received = server.Mails.Single();
        Assert.That(received.Header("Bcc"), Is.Null);
        Assert.That(received.Header("X-Evil"), Is.Null);
        Assert.That(received.To, Is.EqualTo("ada@example.test"));
    }

    [TestCase("ada@example.test\r\nRCPT TO:<all@example.test>")]
    [TestCase("ada@exa mple.test")]
    [TestCase("<ada@example.test>")]
    [TestCase("nobody")]
    [TestCase("ädä@example.test")]
    public async Task An_address_that_would_change_the_conversation_is_never_sent(string address)
    {
        await using var server = new FakeSmtp().Start();

        var outcome = await SendAsync(server, Mails.Any() with { To = new(address) });

        Assert.That(outcome, Is.InstanceOf<DeliveryOutcome.Rejected>());
        Assert.That(server.Mails, Is.Empty);
    }

    [TestCase("PLAIN")]
    [TestCase("LOGIN")]
    public async Task It_encrypts_and_logs_in(string mechanism)
    {
        await using var server = new FakeSmtp { DemandsTls = true, Mechanisms = [mechanism] }.Start();

        var outcome = await SendAsync(server, Mails.Any());

        Assert.That(outcome, Is.InstanceOf<DeliveryOutcome.Delivered>());
        Assert.That((server.Mails.Single().WasEncrypted, server.Mails.Single().User), Is.EqualTo((true, FakeSmtp.User)));
    }

    [Test]
    public async Task A_certificate_that_nobody_vouches_for_is_refused()
    {
        await using var server = new FakeSmtp { DemandsTls = true }.Start();

        var outcome = await SendAsync(server, Mails.Any(), new() { ["SMTP_CERTIFICATE_SHA256"] = new string('0', 64) });

        Assert.That(outcome, Is.InstanceOf<DeliveryOutcome.ReceiverAway>());
        Assert.That(server.Mails, Is.Empty);
    }

    [Test]
    public async Task A_server_without_tls_gets_neither_password_nor_mail_when_tls_is_demanded()
    {
        await using var server = new FakeSmtp { Mechanisms = ["PLAIN"] }.Start();

        var outcome = await SendAsync(server, Mails.Any(), new() { ["SMTP_USE_TLS"] = "true" });

        Assert.That(outcome, Is.EqualTo(new DeliveryOutcome.ReceiverAway(
            "The server does not offer STARTTLS, and SMTP_USE_TLS demands it.")));
    }

    [TestCase(SmtpStep.Greeting)]
    [TestCase(SmtpStep.Hello)]
    public async Task A_server_that_talks_something_else_or_without_end_counts_as_away(SmtpStep step)
    {
        await using var server = new FakeSmtp().Start();
        server.Faults.Next(step, new SmtpFault.Garbage());
        server.Faults.Next(step, new SmtpFault.EndlessLine());
        server.Faults.Next(step, new SmtpFault.Answer(554, "no"));
        server.Faults.Next(step, new SmtpFault.Hang());

        for (var time = 0; time < 4; time++)
        {
            var outcome = await SendAsync(server, Mails.Any());
            Assert.That(outcome, Is.InstanceOf<DeliveryOutcome.ReceiverAway>());
        }
    }

    [Test]
    public async Task The_handover_is_marked_before_the_server_can_take_the_mail_and_not_earlier()
    {
        await using var server = new FakeSmtp().Start();
        var mailsAtMark = -1;

        await SendAsync(server, Mails.Any(), mark: _ =>
        {
            mailsAtMark = server.Mails.Count;
            return Task.FromResult(true);
        });

        Assert.That((mailsAtMark, server.Mails.Count), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task A_sender_that_has_lost_its_lease_lets_the_mail_go_untaken()
    {
        await using var server = new FakeSmtp().Start();

        var outcome = await SendAsync(server, Mails.Any(), mark: _ => Task.FromResult(false));

        Assert.That(outcome, Is.InstanceOf<DeliveryOutcome.LeaseLost>());
        Assert.That(server.Mails, Is.Empty);
    }

    [Test]
    public async Task Silence_after_the_end_of_the_mail_is_an_unknown_outcome()
    {
        await using var server = new FakeSmtp().Start();
        server.Faults.Next(SmtpStep.EndOfMail, new SmtpFault.Hang());

        Assert.That(await SendAsync(server, Mails.Any()), Is.InstanceOf<DeliveryOutcome.Unknown>());
    }

    private static async Task<DeliveryOutcome> SendAsync(
        FakeSmtp server, MailMessage mail, Dictionary<string, string?>? settings = null, HandoverMark? mark = null)
    {
        var all = server.Settings.ToDictionary(entry => entry.Key, string? (entry) => entry.Value);
        all["SMTP_TIMEOUT_SECONDS"] = "1";
        foreach (var (name, value) in settings ?? [])
        {
            all[name] = value;
        }

        var options = new LiveSettings<SmtpOptions>(
            new ConfigurationBuilder().AddInMemoryCollection(all).Build(),
            new SettingsProblems(),
            NullLogger<LiveSettings<SmtpOptions>>.Instance);
        var gateway = new SmtpGateway(options, TimeProvider.System);
        return await gateway.SendAsync(mail, mark ?? (_ => Task.FromResult(true)), CancellationToken.None);
    }
}
