using System.Text.RegularExpressions;
using Smplat.Core.Checkout;

namespace Smplat.Tests.Checkout;

[Parallelizable(ParallelScope.All)]
public sealed partial class RecoverySweepTests
{
    [Test]
    public async Task A_stalled_checkout_gets_one_prompt_an_event_and_a_next_date()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var (_, order) = await rig.AStalledCheckoutAsync();

        var report = await rig.SweepAsync();
        await rig.DeliverAsync();

        var checkout = await rig.ReadAsync(order);
        Assert.Multiple(() =>
        {
            Assert.That((report.Summary["processed"], report.Summary["nudges_sent"], report.Summary["escalations"]), Is.EqualTo((1, 1, 0)));
            Assert.That(rig.Smtp.Mails.Single().Subject, Is.EqualTo("Action needed: finish checkout for order SM000001"));
            Assert.That(rig.Smtp.Mails.Single().Part("text/plain"), Does.Contain("€120.00"));
            Assert.That(checkout.Events[^1].Note, Is.EqualTo("Recovery sweep executed"));
            Assert.That(checkout.NextActionAt, Is.EqualTo(rig.Clock.GetUtcNow().AddHours(6)));
            Assert.That(checkout.Metadata.GetProperty("lastRecoveryStage").GetString(), Is.EqualTo("payment"));
            Assert.That(checkout.Metadata.TryGetProperty("lastRecoverySweepAt", out _), Is.True);
        });
    }

    [Test]
    public async Task Sweeps_side_by_side_send_one_prompt_each()
    {
        await using var rig = await CheckoutFixture.StartAsync(new() { ["CHECKOUT_RECOVERY_BATCH_SIZE"] = "2", ["NOTIFICATION_DAILY_CAP"] = "0", ["NOTIFICATION_COOLDOWN_MINUTES"] = "0" });
        var person = await rig.APersonAsync();
        for (var at = 0; at < 20; at++)
        {
            var order = await rig.AnOrderAsync(person, $"SM{at:000000}", "pending");
            await rig.ReportAsync(order, "payment", "waiting", rig.Clock.GetUtcNow());
        }

        await Task.WhenAll(rig.SweepAsync(), rig.SweepAsync(), rig.SweepAsync());
        await Task.WhenAll(rig.DeliverAsync(), rig.DeliverAsync());

        Assert.That(rig.Smtp.Mails.Select(mail => mail.Subject).Distinct().Count(), Is.EqualTo(20));
        Assert.That(rig.Smtp.Mails, Has.Count.EqualTo(20));
    }

    [Test]
    public async Task Nobody_is_reminded_who_paid_before_the_sweep_or_before_sending()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var (_, early) = await rig.AStalledCheckoutAsync();
        await rig.ExecuteAsync(
            "insert into payments (id, order_id, status, amount, currency) values (gen_random_uuid(), @early, 'succeeded', 120, 'EUR')",
            new { early });
        var other = await rig.APersonAsync("bob@example.test");
        var late = await rig.AnOrderAsync(other, "SM000002", "pending");
        await rig.ReportAsync(late, "payment", "waiting", rig.Clock.GetUtcNow());

        var report = await rig.SweepAsync();
        await rig.MoveOrderAsync(late, "processing");
        await rig.DeliverAsync();

        Assert.That((report.Summary["nudges_sent"], report.Summary["already_paid"]), Is.EqualTo((1, 1)));
        Assert.That(rig.Smtp.Mails.Select(mail => mail.Subject), Has.None.StartsWith("Action needed"));
        Assert.That((await rig.ReadAsync(early)).CurrentStage, Is.EqualTo("fulfillment"));
        Assert.That(
            await rig.QueryAsync<string>("select reason from notification_outbox where kind = 'checkout_recovery_prompt'"),
            Is.EqualTo("order_paid"));
    }

    [Test]
    public async Task Nobody_is_reminded_while_the_bank_works_on_a_debit()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var (_, order) = await rig.AStalledCheckoutAsync();
        var other = await rig.APersonAsync("bob@example.test");
        var queued = await rig.AnOrderAsync(other, "SM000002", "pending");
        await rig.ReportAsync(queued, "payment", "waiting", rig.Clock.GetUtcNow());
        await DebitAsync(order);

        var report = await rig.SweepAsync();
        await DebitAsync(queued);
        await rig.DeliverAsync();

        Assert.That((report.Summary["nudges_sent"], report.Summary["payment_processing"]), Is.EqualTo((1, 1)));
        Assert.That(rig.Smtp.Mails, Is.Empty);
        Assert.That(
            await rig.QueryAsync<string>("select reason from notification_outbox where kind = 'checkout_recovery_prompt'"),
            Is.EqualTo("payment_processing"));
        var checkout = await rig.ReadAsync(order);
        Assert.That((checkout.Status, checkout.NextActionAt), Is.EqualTo(("waiting", (DateTimeOffset?)rig.Clock.GetUtcNow().AddHours(6))));

        Task DebitAsync(Guid id) => rig.ExecuteAsync(
            """
            insert into payments (id, order_id, status, amount, currency, is_processing, debit_started_at)
            values (gen_random_uuid(), @id, 'pending', 120, 'EUR', true, now())
            """,
            new { id });
    }

    [TestCase("payment_refund", null)]
    [TestCase("payment_dispute", null)]
    [TestCase("payment_mismatch", null)]
    [TestCase("payment_failure", 60)]
    public async Task Only_a_payment_that_failed_is_asked_for_again(string cause, int? minutes)
    {
        await using var rig = await CheckoutFixture.StartAsync(new() { ["CHECKOUT_RECOVERY_IDLE_MINUTES"] = "60" });
        var (_, order) = await rig.AStalledCheckoutAsync();

        await rig.MoveOrderAsync(order, "on_hold", cause: cause);

        Assert.That((await rig.ReadAsync(order)).NextActionAt, Is.EqualTo(minutes is { } wait ? rig.Clock.GetUtcNow().AddMinutes(wait) : null));
    }

    [Test]
    public async Task Nobody_is_reminded_whose_money_went_back_before_the_work_began()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var (_, order) = await rig.AStalledCheckoutAsync();
        await rig.SweepAsync();
        await rig.ExecuteAsync(
            "insert into payments (id, order_id, status, amount, currency) values (gen_random_uuid(), @order, 'refunded', 120, 'EUR')",
            new { order });

        await rig.DeliverAsync();
        rig.Clock.Advance(TimeSpan.FromHours(6));
        var report = await rig.SweepAsync();
        await rig.DeliverAsync();

        Assert.That(rig.Smtp.Mails.Select(mail => mail.Subject), Has.None.StartsWith("Action needed"));
        Assert.That((report.Summary["processed"], report.Summary["nudges_sent"]), Is.EqualTo((1, 0)));
    }

    [Test]
    public async Task Without_consent_the_prompt_is_a_suppressed_row()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var (_, order) = await rig.AStalledCheckoutAsync();
        await rig.ExecuteAsync("update notification_preferences set order_updates = false");

        var report = await rig.SweepAsync();
        await rig.DeliverAsync();

        Assert.That((report.Summary["nudges_sent"], report.Summary["suppressed"]), Is.EqualTo((0, 1)));
        Assert.That(
            await rig.QueryAsync<string>("select status || ' ' || reason from notification_outbox"),
            Is.EqualTo("suppressed preference_off:order_updates"));
        Assert.That((await rig.ReadAsync(order)).Events[^1].Note, Is.EqualTo(RecoverySweepJob.Note));
    }

    [Test]
    public async Task After_three_prompts_the_checkout_is_lost_and_operators_are_notified()
    {
        await using var rig = await CheckoutFixture.StartAsync(new() { ["CHECKOUT_RECOVERY_ALERT_RECIPIENTS"] = "ops@example.test", ["NOTIFICATION_QUIET_HOURS"] = "none" });
        var (_, order) = await rig.AStalledCheckoutAsync();

        for (var pass = 0; pass < 6; pass++)
        {
            await rig.SweepAsync();
            await rig.DeliverAsync();
            rig.Clock.Advance(TimeSpan.FromHours(6));
        }

        var checkout = await rig.ReadAsync(order);
        Assert.That((checkout.Status, checkout.NextActionAt), Is.EqualTo(("failed", (DateTimeOffset?)null)));
        Assert.That(rig.Smtp.Mails.Count(mail => mail.To == "ada@example.test"), Is.EqualTo(3));
        Assert.That(rig.Smtp.Mails.Single(mail => mail.To == "ops@example.test").Subject, Does.Contain("needs attention"));
    }

    [Test]
    public async Task A_checkout_without_a_customer_is_escalated()
    {
        await using var rig = await CheckoutFixture.StartAsync(new() { ["CHECKOUT_RECOVERY_ALERT_RECIPIENTS"] = "ops@example.test" });
        var (_, order) = await rig.AStalledCheckoutAsync();
        await rig.ExecuteAsync("delete from users");

        var report = await rig.SweepAsync();
        await rig.DeliverAsync();

        Assert.That(report.Summary["escalations"], Is.EqualTo(1));
        Assert.That((await rig.ReadAsync(order)).Metadata.GetProperty("recoveryNote").GetString(), Is.EqualTo("Missing member for checkout recovery"));
        Assert.That(rig.Smtp.Mails.Single().To, Is.EqualTo("ops@example.test"));
    }

    [Test]
    public async Task Stalled_unpaid_orders_are_found_without_a_report()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var person = await rig.APersonAsync();
        var idle = await rig.AnOrderAsync(person, status: "pending");
        await rig.ExecuteAsync("update orders set created_at = @at", new { at = rig.Clock.GetUtcNow().AddMinutes(-31) });
        var fresh = await rig.AnOrderAsync(person, "SM000002", "pending");
        await rig.ExecuteAsync(
            "update orders set created_at = @at where id = @fresh", new { at = rig.Clock.GetUtcNow().AddMinutes(-5), fresh });

        var report = await rig.SweepAsync();

        Assert.That((report.Summary["enrolled"], report.Summary["nudges_sent"]), Is.EqualTo((1, 1)));
        Assert.That((await rig.ReadAsync(idle)).Status, Is.EqualTo("waiting"));
    }

    [Test]
    public async Task Revenue_counts_as_recovered_only_after_the_link_was_followed_and_only_once()
    {
        await using var rig = await CheckoutFixture.StartAsync(new() { ["NOTIFICATION_COOLDOWN_MINUTES"] = "0" });
        var (_, followed) = await rig.AStalledCheckoutAsync();
        var bob = await rig.APersonAsync("bob@example.test");
        var byHimself = await rig.AnOrderAsync(bob, "SM000002", "pending", 80);
        await rig.ReportAsync(byHimself, "payment", "waiting", rig.Clock.GetUtcNow());
        await rig.SweepAsync();
        await rig.DeliverAsync();
        var token = Token().Match(rig.Smtp.Mails.Single(mail => mail.To == "ada@example.test").Part("text/plain")!).Groups[1].Value;

        var resumed = await rig.Get<CheckoutResume>().ResumeAsync(token, CancellationToken.None);
        await rig.Get<CheckoutResume>().ResumeAsync(token, CancellationToken.None);
        await rig.MoveOrderAsync(followed, "processing");
        await rig.MoveOrderAsync(byHimself, "processing");
        await rig.MoveOrderAsync(followed, "active", "fulfillment");
        rig.Clock.Advance(TimeSpan.FromMinutes(1));

        var report = await rig.Get<CheckoutRecoveryQueries>().ReportAsync(30, CancellationToken.None);
        Assert.That(((CheckoutOutcome.Known)resumed).Checkout.OrderId, Is.EqualTo(followed));
        Assert.That((report.PromptsSent, report.RecoveredOrders), Is.EqualTo((2, 1)));
        Assert.That(report.Revenue, Is.EqualTo(new[] { new RecoveredRevenue("EUR", 120m, 1) }));
    }

    [Test]
    public async Task A_changed_or_expired_link_opens_nothing()
    {
        await using var rig = await CheckoutFixture.StartAsync();
        var (_, order) = await rig.AStalledCheckoutAsync();
        var id = await rig.QueryAsync<Guid>("select id from checkout_orchestrations where order_id = @order", new { order });
        var links = rig.Get<ResumeLinks>();
        var token = links.For(id, 1, rig.Clock.GetUtcNow().AddDays(14)).Split("token=")[1];

        Assert.That(links.Read(token), Is.EqualTo((id, 1)));
        Assert.That(links.Read(token[..^3] + "AAA"), Is.Null);
        Assert.That(links.Read(string.Join('.', token.Split('.').Reverse())), Is.Null);
        rig.Clock.Advance(TimeSpan.FromDays(14));
        Assert.That(links.Read(token), Is.Null);
    }

    [GeneratedRegex(@"resume\?token=(\S+)")]
    private static partial Regex Token();
}
