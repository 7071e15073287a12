using Smplat.Core.Platform.Outbox;
using Smplat.FakeVendors.Smtp;

namespace Smplat.Tests.Platform.Outbox;

[Parallelizable(ParallelScope.All)]
public sealed class SmtpGatewayTests
{
    [Test]
    public async Task Text_html_and_attachments_arrive_unchanged()
    {
        await using var server = new FakeSmtp().Start();
        var mail = Mails.Any() with
        {
            Subject = "Größe 1 – “ready”? 日本語の件名はとても長くて一行には収まりません",
            Text = ".a line that starts with a dot\n..two\nÄnderung = 100 %\ntrailing blank \n" + new string('x', 500),
            Html = "<p>Grüße &amp; <b>mehr</b></p>\n.\n<p>ends</p>",
            Attachments = [new("Beleg Ä.html", "text/html", "<p>receipt</p>"u8.ToArray())],
        };

        var outcome = await SmtpFixture.SendAsync(server, mail);

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

        await SmtpFixture.SendAsync(server, mail);

        var received = server.Mails.Single();
        Assert.That(received.Header("Bcc"), Is.Null);
        Assert.That(received.Header("X-Evil"), Is.Null);
        Assert.That(received.To, Is.EqualTo("ada@example.test"));
    }

    [TestCase("ada@example.test\r\nRCPT TO:<all@example.test>")]
    [TestCase("ada@exa mple.test")]
    [TestCase("<ada@example.test>")]
    [TestCase("nobody")]
    public async Task An_address_that_would_inject_a_command_is_never_sent(string address)
    {
        await using var server = new FakeSmtp().Start();

        var outcome = await SmtpFixture.SendAsync(server, Mails.Any() with { To = new(address) });

        Assert.That(outcome, Is.InstanceOf<DeliveryOutcome.Rejected>());
        Assert.That(server.Mails, Is.Empty);
    }

    [TestCase("PLAIN", false)]
    [TestCase("LOGIN", false)]
    [TestCase("LOGIN", true)]
    public async Task It_encrypts_and_logs_in(string mechanism, bool isTlsImplicit)
    {
        await using var server = new FakeSmtp
        {
            DemandsTls = !isTlsImplicit,
            IsTlsImplicit = isTlsImplicit,
            Mechanisms = [mechanism],
        }.Start();

        var outcome = await SmtpFixture.SendAsync(server, Mails.Any());

        Assert.That(outcome, Is.InstanceOf<DeliveryOutcome.Delivered>());
        Assert.That((server.Mails.Single().WasEncrypted, server.Mails.Single().User), Is.EqualTo((true, FakeSmtp.User)));
    }

    [TestCase(FakeSmtp.Token, true)]
    [TestCase("an-expired-token", false)]
    public async Task A_token_from_a_file_logs_in_by_xoauth2(string token, bool isGood)
    {
        await using var server = new FakeSmtp { DemandsTls = true, Mechanisms = ["PLAIN", "XOAUTH2"] }.Start();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, token + "\n");

        var outcome = await SmtpFixture.SendAsync(
            server, Mails.Any(), new() { ["SMTP_PASSWORD"] = "", ["SMTP_OAUTH2_TOKEN_FILE"] = file });
        File.Delete(file);

        Assert.That(outcome, isGood ? Is.InstanceOf<DeliveryOutcome.Delivered>() : Is.InstanceOf<DeliveryOutcome.ReceiverUnavailable>());
        Assert.That(server.Mails.Select(mail => mail.User), isGood ? Is.EqualTo(new[] { FakeSmtp.User }) : Is.Empty);
    }

    [Test]
    public async Task A_wrong_password_stops_all_mail_and_is_not_revealed()
    {
        await using var server = new FakeSmtp { DemandsTls = true, Mechanisms = ["PLAIN"] }.Start();

        var outcome = await SmtpFixture.SendAsync(server, Mails.Any(), new() { ["SMTP_PASSWORD"] = "not the password" });

        Assert.That(outcome, Is.EqualTo(new DeliveryOutcome.ReceiverUnavailable("The login was refused: 535: 5.7.8 wrong credentials")));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_server_that_requires_a_login_that_is_not_configured_stops_all_mail(bool offersPipelining)
    {
        await using var server = new FakeSmtp { Mechanisms = ["PLAIN"], OffersPipelining = offersPipelining }.Start();

        var outcome = await SmtpFixture.SendAsync(server, Mails.Any(), new() { ["SMTP_USERNAME"] = "", ["SMTP_PASSWORD"] = "" });

        Assert.That(outcome, Is.EqualTo(
            new DeliveryOutcome.ReceiverUnavailable("The sender was refused: 530 5.7.0 Authentication required")));
    }

    [Test]
    public async Task A_server_that_hangs_up_right_after_the_login_counts_as_unavailable()
    {
        await using var server = new FakeSmtp().Start();
        server.Faults.Always(SmtpStep.Sender, new SmtpFault.AnswerAndDrop(421, "4.3.2 closing"));

        Assert.That(await SmtpFixture.SendAsync(server, Mails.Any()), Is.EqualTo(
            new DeliveryOutcome.ReceiverUnavailable("The sender was refused: 421 4.3.2 closing")));
    }

    [Test]
    public async Task A_mechanism_that_the_server_does_not_offer_is_named()
    {
        await using var server = new FakeSmtp { DemandsTls = true, Mechanisms = ["PLAIN"] }.Start();

        var outcome = await SmtpFixture.SendAsync(server, Mails.Any(), new() { ["SMTP_AUTH_MECHANISM"] = "login" });

        Assert.That(outcome, Is.EqualTo(new DeliveryOutcome.ReceiverUnavailable("The server does not offer AUTH LOGIN; it offers PLAIN.")));
    }

    [Test]
    public async Task Opportunistic_tls_is_used_when_offered_and_sends_no_password_without_it()
    {
        await using var willing = new FakeSmtp { DemandsTls = true }.Start();
        await using var plain = new FakeSmtp().Start();
        await using var greedy = new FakeSmtp { Mechanisms = ["PLAIN"] }.Start();
        Dictionary<string, string?> settings = new() { ["SMTP_TLS_MODE"] = "opportunistic" };

        await SmtpFixture.SendAsync(willing, Mails.Any(), settings);
        await SmtpFixture.SendAsync(plain, Mails.Any(), settings);
        var outcome = await SmtpFixture.SendAsync(greedy, Mails.Any(), settings);

        Assert.That((willing.Mails.Single().WasEncrypted, plain.Mails.Single().WasEncrypted), Is.EqualTo((true, false)));
        Assert.That(outcome, Is.InstanceOf<DeliveryOutcome.ReceiverUnavailable>());
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task An_internationalized_domain_is_sent_in_punycode(bool offersUtf8)
    {
        await using var server = new FakeSmtp { OffersUtf8 = offersUtf8 }.Start();

        var outcome = await SmtpFixture.SendAsync(server, Mails.Any() with { To = new("info@münchen.example", "Ä") });

        Assert.That(outcome, Is.InstanceOf<DeliveryOutcome.Delivered>());
        Assert.That(server.Mails.Single().To, Is.EqualTo("info@xn--mnchen-3ya.example"));
        Assert.That(server.Mails.Single().Text, Does.Contain("<info@xn--mnchen-3ya.example>"));
    }

    [Test]
    public async Task A_utf8_local_part_is_sent_only_to_a_server_that_supports_it_and_is_not_blocked_otherwise()
    {
        await using var server = new FakeSmtp { OffersUtf8 = true }.Start();
        await using var old = new FakeSmtp().Start();
        var mail = Mails.Any() with { To = new("jörg@münchen.example", "Jörg") };

        var sent = await SmtpFixture.SendAsync(server, mail);
        var refused = await SmtpFixture.SendAsync(old, mail);

        Assert.That(sent, Is.InstanceOf<DeliveryOutcome.Delivered>());
        Assert.That(server.Mails.Single().To, Is.EqualTo("jörg@münchen.example").Or.EqualTo("jörg@xn--mnchen-3ya.example"));
        Assert.That(refused, Is.InstanceOf<DeliveryOutcome.Rejected>());
        Assert.That(((DeliveryOutcome.Rejected)refused).IsBadAddress, Is.False, "another server may take it");
        Assert.That(((DeliveryOutcome.Rejected)refused).Error, Does.Contain("SMTPUTF8"));
        Assert.That(old.Mails, Is.Empty);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task The_mails_of_a_run_share_a_connection_and_a_refusal_does_not_end_it(bool offersPipelining)
    {
        await using var server = new FakeSmtp { OffersPipelining = offersPipelining }.Start();
        var gateway = SmtpFixture.Gateway(server);
        server.Faults.Next(SmtpStep.Recipient, new SmtpFault.Answer(550, "5.1.1 no such user"));

        var refused = await gateway.SendAsync(Mails.Any(), SmtpFixture.Marked, CancellationToken.None);
        var first = await gateway.SendAsync(Mails.Any(), SmtpFixture.Marked, CancellationToken.None);
        var second = await gateway.SendAsync(Mails.Any(), SmtpFixture.Marked, CancellationToken.None);
        await gateway.ReleaseAsync();
        await gateway.SendAsync(Mails.Any(), SmtpFixture.Marked, CancellationToken.None);

        Assert.That(refused, Is.EqualTo(new DeliveryOutcome.Rejected("550 5.1.1 no such user", IsBadAddress: true)));
        Assert.That(new[] { first, second }, Is.All.InstanceOf<DeliveryOutcome.Delivered>());
        Assert.That((server.Connections, server.Mails.Count), Is.EqualTo((2, 3)));
    }

    [Test]
    public async Task A_kept_connection_that_the_server_has_closed_is_replaced()
    {
        await using var server = new FakeSmtp().Start();
        var gateway = SmtpFixture.Gateway(server);
        SmtpFault[] leaving =
        [
            new SmtpFault.Drop(), new SmtpFault.Answer(421, "4.3.2 too many mails"), new SmtpFault.AnswerAndDrop(421, "4.3.2 bye"),
        ];
        await gateway.SendAsync(Mails.Any(), SmtpFixture.Marked, CancellationToken.None);

        foreach (var fault in leaving)
        {
            server.Faults.Next(SmtpStep.Sender, fault);
            var outcome = await gateway.SendAsync(Mails.Any(), SmtpFixture.Marked, CancellationToken.None);
            Assert.That(outcome, Is.InstanceOf<DeliveryOutcome.Delivered>(), fault.ToString());
        }

        Assert.That((server.Connections, server.Mails.Count), Is.EqualTo((4, 4)));
    }

    [TestCase(SmtpStep.Recipient, 550, typeof(DeliveryOutcome.Rejected))]
    [TestCase(SmtpStep.Data, 554, typeof(DeliveryOutcome.Rejected))]
    [TestCase(SmtpStep.EndOfMail, 554, typeof(DeliveryOutcome.Rejected))]
    [TestCase(SmtpStep.EndOfMail, 451, typeof(DeliveryOutcome.Failed))]
    public async Task A_refusal_counts_even_when_the_server_hangs_up_right_after_it(SmtpStep step, int code, Type expected)
    {
        await using var server = new FakeSmtp { OffersPipelining = true }.Start();
        server.Faults.Next(step, new SmtpFault.AnswerAndDrop(code, "5.0.0 no"));

        Assert.That(await SmtpFixture.SendAsync(server, Mails.Any()), Is.InstanceOf(expected));
    }

    [Test]
    public async Task An_untrusted_certificate_is_refused()
    {
        await using var server = new FakeSmtp { DemandsTls = true }.Start();

        var outcome = await SmtpFixture.SendAsync(server, Mails.Any(), new() { ["SMTP_CERTIFICATE_SHA256"] = new string('0', 64) });

        Assert.That(outcome, Is.InstanceOf<DeliveryOutcome.ReceiverUnavailable>());
        Assert.That(server.Mails, Is.Empty);
    }

    [Test]
    public async Task A_server_without_tls_gets_neither_password_nor_mail_when_tls_is_required()
    {
        await using var server = new FakeSmtp { Mechanisms = ["PLAIN"] }.Start();

        var outcome = await SmtpFixture.SendAsync(server, Mails.Any(), new() { ["SMTP_USE_TLS"] = "true" });

        Assert.That(outcome, Is.EqualTo(new DeliveryOutcome.ReceiverUnavailable(
            "The server does not offer STARTTLS, and SMTP_USE_TLS requires it.")));
    }

    [TestCase(SmtpStep.Greeting)]
    [TestCase(SmtpStep.Hello)]
    public async Task A_server_that_speaks_another_protocol_or_never_stops_counts_as_unavailable(SmtpStep step)
    {
        await using var server = new FakeSmtp().Start();
        server.Faults.Next(step, new SmtpFault.Garbage());
        server.Faults.Next(step, new SmtpFault.Endless("x"));
        server.Faults.Next(step, new SmtpFault.Answer(554, "no"));
        server.Faults.Next(step, new SmtpFault.Hang());

        for (var time = 0; time < 4; time++)
        {
            var outcome = await SmtpFixture.SendAsync(server, Mails.Any());
            Assert.That(outcome, Is.InstanceOf<DeliveryOutcome.ReceiverUnavailable>());
        }
    }

    [TestCase(false, false)]
    [TestCase(true, false)]
    [TestCase(true, true)]
    public async Task The_handover_is_committed_after_the_recipient_and_before_the_data_command(bool tls, bool offersPipelining)
    {
        await using var server = new FakeSmtp { DemandsTls = tls, OffersPipelining = offersPipelining }.Start();
        var steps = new List<string>();
        server.Reached = step => steps.Add(step.ToString());

        await SmtpFixture.SendAsync(server, Mails.Any(), mark: _ =>
        {
            steps.Add("mark");
            return Task.FromResult(true);
        });

        Assert.That(steps[^5..], Is.EqualTo(new[] { "Sender", "Recipient", "mark", "Data", "EndOfMail" }));
    }

    [Test]
    public async Task A_handover_that_cannot_be_committed_throws_and_nothing_is_sent()
    {
        await using var server = new FakeSmtp { DemandsTls = true }.Start();

        Assert.That(
            async () => await SmtpFixture.SendAsync(server, Mails.Any(), mark: _ => throw new TimeoutException("the database is away")),
            Throws.InstanceOf<TimeoutException>());
        Assert.That(server.Mails, Is.Empty);
    }

    [Test]
    public async Task A_stopping_host_cancels_a_mail_before_the_handover_and_waits_for_its_outcome_afterwards()
    {
        await using var server = new FakeSmtp().Start();
        using var early = new CancellationTokenSource();
        using var late = new CancellationTokenSource();
        var gateway = SmtpFixture.Gateway(server, new() { ["SMTP_TIMEOUT_SECONDS"] = "30" });
        server.Faults.Next(SmtpStep.Recipient, new SmtpFault.Hang());
        server.Reached = step => (step switch { SmtpStep.Recipient => early, SmtpStep.EndOfMail => late, _ => null })?.Cancel();

        Assert.That(
            async () => await gateway.SendAsync(Mails.Any(), SmtpFixture.Marked, early.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(await gateway.SendAsync(Mails.Any(), SmtpFixture.Marked, late.Token), Is.InstanceOf<DeliveryOutcome.Delivered>());
        Assert.That(late.IsCancellationRequested);
    }

    [Test]
    public async Task A_sender_that_has_lost_its_lease_does_not_send_the_mail()
    {
        await using var server = new FakeSmtp().Start();

        var outcome = await SmtpFixture.SendAsync(server, Mails.Any(), mark: _ => Task.FromResult(false));

        Assert.That(outcome, Is.InstanceOf<DeliveryOutcome.LeaseLost>());
        Assert.That(server.Mails, Is.Empty);
    }

    [Test]
    public async Task No_reply_after_the_end_of_the_mail_is_an_unknown_outcome()
    {
        await using var server = new FakeSmtp().Start();
        server.Faults.Next(SmtpStep.EndOfMail, new SmtpFault.Hang());

        Assert.That(await SmtpFixture.SendAsync(server, Mails.Any()), Is.EqualTo(
            new DeliveryOutcome.Unknown("The mail server took longer than 3 s to answer.")));
    }
}
