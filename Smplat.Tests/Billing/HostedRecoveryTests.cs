using Smplat.Core.Billing;
using Smplat.FakeVendors.Slack;
using Smplat.Tests.Checkout;

namespace Smplat.Tests.Billing;

[Parallelizable(ParallelScope.All)]
public sealed class HostedRecoveryTests
{
    private static readonly Dictionary<string, string?> Calm = new() { ["NOTIFICATION_QUIET_HOURS"] = "none", ["NOTIFICATION_DAILY_CAP"] = "0", ["NOTIFICATION_COOLDOWN_MINUTES"] = "0" };

    [Test]
    public async Task A_run_makes_the_due_attempts_reminds_the_customer_and_is_recorded()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var invoice = await rig.AnInvoiceAsync(await rig.APersonAsync());
        var session = await rig.ASessionAsync(invoice, retries: 1, nextRetryAt: rig.Clock.GetUtcNow());

        var report = await rig.RecoverAsync();
        await rig.DeliverAsync();

        var run = (await rig.Get<HostedRecoveryRuns>().ListAsync(10, CancellationToken.None)).Single();
        Assert.Multiple(async () =>
        {
            Assert.That((report.Scheduled, report.Notified), Is.EqualTo((1, 1)));
            Assert.That((run.Status, run.TriggeredBy, run.ScheduledCount, run.NotifiedCount), Is.EqualTo(("completed", "unit-test", 1, 1)));
            Assert.That(run.Metadata, Does.Contain("\"email_provider\": \"smtp\"").And.Contain("\"limit\": 100"));
            Assert.That((await rig.SessionAsync(session)).RetryCount, Is.EqualTo(2));
            Assert.That(rig.Smtp.Mails.Single().Subject, Is.EqualTo("Your payment for invoice INV-1 is not complete"));
            Assert.That(
                await rig.QueryAsync<long>("select count(*) from smplat_hosted_session_recovery.runs where status = 'completed'"), Is.EqualTo(1));
        });
    }

    [Test]
    public async Task The_waits_are_10_20_40_80_and_160_minutes_and_then_the_session_is_exhausted()
    {
        await using var rig = await CheckoutFixture.StartAsync(Calm);
        var invoice = await rig.AnInvoiceAsync(await rig.APersonAsync());
        var session = await rig.ASessionAsync(invoice, nextRetryAt: rig.Clock.GetUtcNow());
        var waits = new List<double>();
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            await rig.RecoverAsync();
            var next = (await rig.SessionAsync(session)).NextRetryAt!.Value;
            waits.Add((next - rig.Clock.GetUtcNow()).TotalMinutes);
            rig.Clock.MoveTo(next);
        }

        var last = await rig.RecoverAsync();
        var after = await rig.RecoverAsync();

        var end = await rig.SessionAsync(session);
        Assert.That(waits, Is.EqualTo(new[] { 10.0, 20, 40, 80, 160 }));
        Assert.That((last.Scheduled, last.Exhausted, after.Exhausted), Is.EqualTo((0, 1, 0)));
        Assert.That((end.RetryCount, end.NextRetryAt, end.ExhaustedAt), Is.EqualTo((5, (DateTimeOffset?)null, (DateTimeOffset?)rig.Clock.GetUtcNow())));
        Assert.That(await rig.QueryAsync<long>("select count(*) from smplat_hosted_session_recovery.exhausted"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_paid_invoice_gets_neither_an_attempt_nor_a_reminder()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var person = await rig.APersonAsync();
        var paid = await rig.AnInvoiceAsync(person, "INV-1", "paid", 0);
        var settled = await rig.ASessionAsync(paid, nextRetryAt: rig.Clock.GetUtcNow());
        var open = await rig.AnInvoiceAsync(person, "INV-2");
        await rig.ASessionAsync(open, nextRetryAt: rig.Clock.GetUtcNow());

        var report = await rig.RecoverAsync();
        await rig.ExecuteAsync("update invoices set status = 'paid'");
        await rig.DeliverAsync();

        Assert.That((report.Scheduled, report.Abandoned), Is.EqualTo((1, 1)));
        Assert.That((await rig.SessionAsync(settled)).LastError, Is.EqualTo("invoice_settled_externally"));
        Assert.That(rig.Smtp.Mails, Is.Empty);
        Assert.That(await rig.QueryAsync<string>("select reason from notification_outbox"), Is.EqualTo("invoice_paid"));
    }

    [Test]
    public async Task Sessions_past_their_time_expire_and_become_due()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var invoice = await rig.AnInvoiceAsync(await rig.APersonAsync());
        var session = await rig.ASessionAsync(invoice, "initiated", expiresAt: rig.Clock.GetUtcNow().AddMinutes(-1));

        var report = await rig.RecoverAsync();

        var found = await rig.SessionAsync(session);
        Assert.That((report.Expired, report.Scheduled), Is.EqualTo((1, 1)));
        Assert.That((found.Status, found.LastError), Is.EqualTo(("expired", "expired_without_completion")));
        Assert.That(found.Metadata, Does.Contain("scheduler.expired"));
    }

    [Test]
    public async Task Concurrent_runs_never_handle_the_same_session()
    {
        await using var rig = await CheckoutFixture.StartAsync(Calm);
        var invoice = await rig.AnInvoiceAsync(await rig.APersonAsync());
        for (var at = 0; at < 25; at++)
        {
            await rig.ASessionAsync(invoice, nextRetryAt: rig.Clock.GetUtcNow());
        }

        var reports = await Task.WhenAll(rig.RecoverAsync("a"), rig.RecoverAsync("b"), rig.RecoverAsync("c"));
        await rig.DeliverAsync();

        Assert.That(reports.Sum(report => report.Scheduled), Is.EqualTo(25));
        Assert.That(rig.Smtp.Mails, Has.Count.EqualTo(25));
        Assert.That(await rig.QueryAsync<long>("select count(*) from hosted_checkout_sessions where retry_count = 1"), Is.EqualTo(25));
    }

    [Test]
    public async Task Operators_are_notified_by_mail_first_and_in_slack_from_the_third_attempt()
    {
        await using var slack = new FakeSlack(TimeProvider.System);
        await slack.StartAsync(CancellationToken.None);
        await using var rig = await CheckoutFixture.StartAsync(new(Calm)
        {
            ["HOSTED_RECOVERY_EMAIL_ENABLED"] = "true",
            ["HOSTED_RECOVERY_EMAIL_RECIPIENTS"] = "ops@example.test",
            ["HOSTED_RECOVERY_SLACK_ENABLED"] = "true",
            ["HOSTED_RECOVERY_SLACK_WEBHOOK_URL"] = slack.Webhook.AbsoluteUri,
            ["HOSTED_RECOVERY_CUSTOMER_ENABLED"] = "false",
        });
        var invoice = await rig.AnInvoiceAsync(await rig.APersonAsync());
        var session = await rig.ASessionAsync(invoice, nextRetryAt: rig.Clock.GetUtcNow());
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await rig.RecoverAsync();
            await rig.DeliverAsync();
            rig.Clock.Advance(TimeSpan.FromHours(6));
        }

        var view = (await rig.Get<HostedViews>().ShowAsync([await rig.SessionAsync(session)], CancellationToken.None))[0];
        Assert.That(rig.Smtp.Mails.Select(mail => mail.To), Is.EqualTo(new[] { "ops@example.test", "ops@example.test" }));
        Assert.That(slack.Texts.Single(), Does.Contain("attempt 3").And.Contain("INV-1"));
        Assert.That(view.RecoveryState!.Attempts.Select(attempt => attempt.NotifiedAt), Has.None.Null);
        Assert.That(view.RecoveryState.LastChannel, Is.EqualTo("slack"));
        Assert.That(await rig.QueryAsync<long>("select count(*) from notification_outbox where (notification_outbox::text) like '%secret%'"), Is.Zero);
    }

    [Test]
    public void Notices_are_spaced_unless_the_status_changes()
    {
        var now = new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

        Assert.Multiple(() =>
        {
            Assert.That(RetryPolicy.ShouldNotify("failed", null, null, now), Is.True);
            Assert.That(RetryPolicy.ShouldNotify("failed", "failed", now.AddHours(-5), now), Is.False);
            Assert.That(RetryPolicy.ShouldNotify("failed", "failed", now.AddHours(-6), now), Is.True);
            Assert.That(RetryPolicy.ShouldNotify("expired", "failed", now.AddMinutes(-1), now), Is.True);
            Assert.That(RetryPolicy.ShouldNotify("failed", "failed", null, now), Is.True);
            Assert.That(Enumerable.Range(1, 7).Select(attempt => RetryPolicy.Waits.After(attempt).TotalMinutes), Is.EqualTo(new[] { 10.0, 20, 40, 80, 160, 240, 240 }));
        });
    }

    [Test]
    public async Task A_run_that_a_crash_left_open_is_closed_by_the_next()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        await rig.ExecuteAsync(
            "insert into hosted_session_recovery_runs (id, triggered_by, started_at) values (gen_random_uuid(), 'dead', @at)",
            new { at = rig.Clock.GetUtcNow().AddHours(-1) });

        await rig.RecoverAsync("manual");

        var runs = await rig.Get<HostedRecoveryRuns>().ListAsync(10, CancellationToken.None);
        Assert.That(runs.Select(run => (run.TriggeredBy, run.Status)), Is.EqualTo(new[] { ("manual", "completed"), ("dead", "failed") }));
    }

    [Test]
    public async Task A_failing_session_fails_a_run_of_its_own_but_not_other_sessions()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var invoice = await rig.AnInvoiceAsync(await rig.APersonAsync());
        var broken = await rig.ASessionAsync(invoice, nextRetryAt: rig.Clock.GetUtcNow().AddMinutes(-1));
        await rig.ExecuteAsync("update hosted_checkout_sessions set metadata = '{\"recovery_attempts\": [{\"status\": {}}]}' where id = @broken", new { broken });

        Assert.That(() => rig.RecoverAsync(), Throws.InvalidOperationException);
        await rig.ASessionAsync(invoice, nextRetryAt: rig.Clock.GetUtcNow());
        var report = await rig.RecoverAsync();

        var runs = await rig.Get<HostedRecoveryRuns>().ListAsync(10, CancellationToken.None);
        Assert.That((report.Scheduled, report.Failed), Is.EqualTo((1, 1)));
        Assert.That(runs.Count(run => run is { Status: "failed", ErrorMessage: not null }), Is.EqualTo(1));
    }
}
