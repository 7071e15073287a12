using System.Diagnostics;
using Smplat.Core.Platform.Outbox;
using Smplat.FakeVendors.Smtp;

namespace Smplat.Tests.Platform.Outbox;

/// <summary>Servers that never stop sending and servers that never reply: their cost is limited at every step.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SmtpLimitsTests
{
    /// <summary>What the client reads (64 KiB at a time), what is buffered in the sockets, and a margin.</summary>
    private const long MostBytes = 2 * 1024 * 1024;

    [TestCase(SmtpStep.Greeting, "220 ", "x")]
    [TestCase(SmtpStep.Greeting, "", "220-hello\r\n")]
    [TestCase(SmtpStep.Hello, "250-", "x")]
    [TestCase(SmtpStep.Hello, "", "250-SIZE\r\n")]
    [TestCase(SmtpStep.StartTls, "", "220-go\r\n")]
    [TestCase(SmtpStep.Login, "", "334-\r\n")]
    public async Task An_endless_reply_is_cut_off_and_counts_as_unavailable(SmtpStep step, string first, string text)
    {
        await using var server = new FakeSmtp { DemandsTls = step != SmtpStep.Greeting, Mechanisms = ["PLAIN"] }.Start();
        server.Faults.Always(step, new SmtpFault.Endless(text, first));

        var outcome = await SmtpFixture.SendAsync(server, Mails.Any());

        Assert.That(((DeliveryOutcome.ReceiverUnavailable)outcome).Error, Does.StartWith("The mail server's reply is too long"));
        Assert.That(server.BytesSent, Is.LessThan(MostBytes));
    }

    [TestCase(SmtpStep.Sender, false, typeof(DeliveryOutcome.Failed))]
    [TestCase(SmtpStep.Recipient, true, typeof(DeliveryOutcome.Failed))]
    [TestCase(SmtpStep.Data, false, typeof(DeliveryOutcome.Failed))]
    [TestCase(SmtpStep.EndOfMail, true, typeof(DeliveryOutcome.Unknown))]
    public async Task An_endless_reply_to_a_mail_is_cut_off_and_the_outcome_is_correct(SmtpStep step, bool tls, Type expected)
    {
        await using var server = new FakeSmtp { DemandsTls = tls, OffersPipelining = true }.Start();
        server.Faults.Always(step, new SmtpFault.Endless("250-and\r\n"));

        var outcome = await SmtpFixture.SendAsync(server, Mails.Any());

        Assert.That(outcome, Is.InstanceOf(expected));
        Assert.That(server.BytesSent, Is.LessThan(MostBytes));
    }

    [TestCase(SmtpStep.Greeting, "220-hello\r\n")]
    [TestCase(SmtpStep.Hello, "250-SIZE\r\n")]
    [TestCase(SmtpStep.Recipient, "250-yes\r\n")]
    public async Task A_server_that_replies_slowly_has_no_more_time_than_a_silent_one(SmtpStep step, string text)
    {
        await using var server = new FakeSmtp().Start();
        server.Faults.Always(step, new SmtpFault.Dribble(text, TimeSpan.FromMilliseconds(50)));
        var watch = Stopwatch.StartNew();

        var outcome = await SmtpFixture.SendAsync(server, Mails.Any());

        Assert.That(
            outcome is DeliveryOutcome.ReceiverUnavailable { Error: var away } ? away : ((DeliveryOutcome.Failed)outcome).Error,
            Is.EqualTo("The mail server took longer than 1 s to answer."));
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(20)));
    }

    [TestCase(60_000, "The mail server took longer than 1 s to accept what was sent.")]
    [TestCase(50, "The exchange with the mail server took longer than 10 s.")]
    public async Task A_server_that_reads_a_large_mail_slowly_or_not_at_all_is_disconnected_and_the_mail_is_retried(int pause, string error)
    {
        await using var server = new FakeSmtp().Start();
        server.Faults.Always(SmtpStep.Data, new SmtpFault.ReadSlowly(TimeSpan.FromMilliseconds(pause)));
        var watch = Stopwatch.StartNew();

        var outcome = await SmtpFixture.SendAsync(
            server, Mails.Any() with { Attachments = [new("large.bin", "application/octet-stream", new byte[12_000_000])] });

        // The end of the mail was never sent, so the server cannot have accepted it.
        Assert.That(outcome, Is.EqualTo(new DeliveryOutcome.Failed(error)));
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(60)));
    }

    [Test]
    public async Task What_a_server_sends_unencrypted_before_tls_is_not_trusted()
    {
        await using var server = new FakeSmtp { DemandsTls = true, Mechanisms = ["PLAIN"] }.Start();
        server.Faults.Always(SmtpStep.StartTls, new SmtpFault.Garbage("220 go ahead\r\n250-evil\r\n250 AUTH LOGIN"));

        var outcome = await SmtpFixture.SendAsync(server, Mails.Any());

        Assert.That(outcome, Is.InstanceOf<DeliveryOutcome.Delivered>());
    }
}
