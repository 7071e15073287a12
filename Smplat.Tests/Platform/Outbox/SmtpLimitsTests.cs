using System.Diagnostics;
using Smplat.Core.Platform.Outbox;
using Smplat.FakeVendors.Smtp;

namespace Smplat.Tests.Platform.Outbox;

/// <summary>Servers that never stop and servers that never start: what they may cost is bounded at every step.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SmtpLimitsTests
{
    /// <summary>What the client reads (64 KiB at a time), what lies in the sockets between, and some room.</summary>
    private const long MostBytes = 2 * 1024 * 1024;

    [TestCase(SmtpStep.Greeting, "220 ", "x")]
    [TestCase(SmtpStep.Greeting, "", "220-hello\r\n")]
    [TestCase(SmtpStep.Hello, "250-", "x")]
    [TestCase(SmtpStep.Hello, "", "250-SIZE\r\n")]
    [TestCase(SmtpStep.StartTls, "", "220-go\r\n")]
    [TestCase(SmtpStep.Login, "", "334-\r\n")]
    public async Task An_answer_without_end_is_cut_off_and_counts_as_away(SmtpStep step, string first, string text)
    {
        await using var server = new FakeSmtp { DemandsTls = step != SmtpStep.Greeting, Mechanisms = ["PLAIN"] }.Start();
        server.Faults.Always(step, new SmtpFault.Endless(text, first));

        var outcome = await SmtpRig.SendAsync(server, Mails.Any());

        Assert.That(((DeliveryOutcome.ReceiverAway)outcome).Error, Does.StartWith("The mail server's answer has no end"));
        Assert.That(server.BytesSent, Is.LessThan(MostBytes));
    }

    [TestCase(SmtpStep.Sender, false, typeof(DeliveryOutcome.Failed))]
    [TestCase(SmtpStep.Recipient, true, typeof(DeliveryOutcome.Failed))]
    [TestCase(SmtpStep.Data, false, typeof(DeliveryOutcome.Failed))]
    [TestCase(SmtpStep.EndOfMail, true, typeof(DeliveryOutcome.Unknown))]
    public async Task An_answer_without_end_to_a_mail_is_cut_off_and_the_outcome_stays_honest(SmtpStep step, bool tls, Type expected)
    {
        await using var server = new FakeSmtp { DemandsTls = tls, OffersPipelining = true }.Start();
        server.Faults.Always(step, new SmtpFault.Endless("250-and\r\n"));

        var outcome = await SmtpRig.SendAsync(server, Mails.Any());

        Assert.That(outcome, Is.InstanceOf(expected));
        Assert.That(server.BytesSent, Is.LessThan(MostBytes));
    }

    [TestCase(SmtpStep.Greeting, "220-hello\r\n")]
    [TestCase(SmtpStep.Hello, "250-SIZE\r\n")]
    [TestCase(SmtpStep.Recipient, "250-yes\r\n")]
    public async Task A_server_that_dribbles_has_no_more_time_than_one_that_is_silent(SmtpStep step, string text)
    {
        await using var server = new FakeSmtp().Start();
        server.Faults.Always(step, new SmtpFault.Dribble(text, TimeSpan.FromMilliseconds(50)));
        var watch = Stopwatch.StartNew();

        var outcome = await SmtpRig.SendAsync(server, Mails.Any());

        Assert.That(
            outcome is DeliveryOutcome.ReceiverAway { Error: var away } ? away : ((DeliveryOutcome.Failed)outcome).Error,
            Is.EqualTo("The mail server took longer than 1 s to answer."));
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(20)));
    }

    [TestCase(60_000, "The mail server took longer than 1 s to take what was sent.")]
    [TestCase(50, "The exchange with the mail server took longer than 10 s.")]
    public async Task A_server_that_reads_a_large_mail_slowly_or_not_at_all_is_left_and_the_mail_is_tried_again(int pause, string error)
    {
        await using var server = new FakeSmtp().Start();
        server.Faults.Always(SmtpStep.Data, new SmtpFault.ReadSlowly(TimeSpan.FromMilliseconds(pause)));
        var watch = Stopwatch.StartNew();

        var outcome = await SmtpRig.SendAsync(
            server, Mails.Any() with { Attachments = [new("large.bin", "application/octet-stream", new byte[12_000_000])] });

        // Its end was never sent, so the server cannot have taken it.
        Assert.That(outcome, Is.EqualTo(new DeliveryOutcome.Failed(error)));
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(60)));
    }

    [Test]
    public async Task What_a_server_sends_in_the_clear_before_tls_is_not_taken_for_its_word()
    {
        await using var server = new FakeSmtp { DemandsTls = true, Mechanisms = ["PLAIN"] }.Start();
        server.Faults.Always(SmtpStep.StartTls, new SmtpFault.Garbage("220 go ahead\r\n250-evil\r\n250 AUTH LOGIN"));

        var outcome = await SmtpRig.SendAsync(server, Mails.Any());

        Assert.That(outcome, Is.InstanceOf<DeliveryOutcome.Delivered>());
    }
}
