using Smplat.Core.Digests;
using Smplat.Core.Guardrails;
using Smplat.Core.Platform.Jobs;
using Smplat.FakeVendors.Smtp;
using Smplat.Tests.Support;

namespace Smplat.Tests.Digests;

[Parallelizable(ParallelScope.All)]
public sealed class WeeklyDigestTests
{
    [Test]
    public async Task A_recipient_with_an_order_gets_one_digest_a_week_no_matter_how_often_the_job_runs()
    {
        await using var fixture = await DigestFixture.StartAsync();
        await fixture.ARecipientAsync("ada@example.test", orderNumber: "SM000001");

        await Task.WhenAll(fixture.DigestAsync(), fixture.DigestAsync(), fixture.DigestAsync(isManual: true));
        await Task.WhenAll(fixture.DeliverAsync(), fixture.DeliverAsync());
        fixture.Clock.Advance(TimeSpan.FromDays(3));
        await fixture.DigestAsync(isManual: true);
        await fixture.DeliverAsync();
        Assert.That(fixture.Smtp.Mails, Has.Count.EqualTo(1));

        fixture.Clock.Advance(TimeSpan.FromDays(4));
        await fixture.DigestAsync();
        await fixture.DeliverAsync();

        Assert.That(fixture.Smtp.Mails, Has.Count.EqualTo(2));
        var mail = fixture.Smtp.Mails[0];
        Assert.Multiple(() =>
        {
            Assert.That(mail.Subject, Is.EqualTo("Your SMPLAT weekly digest"));
            Assert.That(mail.Part("text/html"), Does.Contain("Blueprint snapshots").And.Contain("Order SM000001 blueprint"));
            Assert.That(mail.Part("text/html")!.ToLowerInvariant(), Does.Contain("weekly summary"));
            Assert.That(mail.Header("List-Unsubscribe"), Does.StartWith("<http://localhost:7071/api/v1/notifications/unsubscribe/"));
            Assert.That(mail.Header("List-Unsubscribe-Post"), Is.EqualTo("List-Unsubscribe=One-Click"));
        });
    }

    [Test]
    public async Task Each_digest_is_due_on_the_recipients_monday_morning()
    {
        // Monday 09:00 in Auckland is Sunday evening in UTC.
        var clock = new FixedClock(new DateTimeOffset(2026, 3, 1, 20, 0, 0, TimeSpan.Zero));
        await using var fixture = await DigestFixture.StartAsync(clock: clock);
        await fixture.ARecipientAsync("nz@example.test", "Pacific/Auckland", "SM000001");
        await fixture.ARecipientAsync("de@example.test", "Europe/Berlin", "SM000002");
        await fixture.ARecipientAsync("hi@example.test", "Pacific/Honolulu", "SM000003");
        var at = new Dictionary<string, DateTimeOffset>();
        for (var hour = 0; hour < 30; hour++)
        {
            await fixture.DigestAsync();
            await fixture.DeliverAsync();
            foreach (var mail in fixture.Smtp.Mails)
            {
                at.TryAdd(mail.To, clock.GetUtcNow());
            }

            clock.Advance(TimeSpan.FromHours(1));
        }

        Assert.That(at["nz@example.test"], Is.EqualTo(new DateTimeOffset(2026, 3, 1, 20, 0, 0, TimeSpan.Zero)));
        Assert.That(at["de@example.test"], Is.EqualTo(new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero)));
        Assert.That(at["hi@example.test"], Is.EqualTo(new DateTimeOffset(2026, 3, 2, 19, 0, 0, TimeSpan.Zero)));
        Assert.That(fixture.Smtp.Mails, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Nobody_gets_an_empty_or_unwanted_digest()
    {
        await using var fixture = await DigestFixture.StartAsync();
        await fixture.ARecipientAsync("empty@example.test");
        var silent = await fixture.APersonAsync("silent@example.test", marketing: false);
        await fixture.AnOrderAsync(silent, "SM000009");
        await fixture.APersonAsync("gone@example.test", status: "suspended", marketing: true);

        var report = await fixture.DigestAsync();
        await fixture.DeliverAsync();

        Assert.That((report.Readers, report.Enqueued, report.Empty), Is.EqualTo((1, 0, 1)));
        Assert.That(fixture.Smtp.Mails, Is.Empty);
    }

    [Test]
    public async Task Pending_actions_list_holds_before_failed_and_pending_tasks()
    {
        await using var fixture = await DigestFixture.StartAsync();
        var person = await fixture.ARecipientAsync("ada@example.test");
        var order = await fixture.AnOrderAsync(person, "SM000001", "on_hold");
        await fixture.ExecuteAsync(
            """
            insert into order_items (id, order_id, product_title, unit_price, total_price) values (@order, @order, '<b>Campaign</b>', 1, 1);
            insert into fulfillment_tasks (id, order_item_id, ordinal, task_type, status, title)
            values (gen_random_uuid(), @order, 1, 'follower_growth', 'failed', 'a'), (gen_random_uuid(), @order, 2, 'follower_growth', 'pending', 'b'),
                (gen_random_uuid(), @order, 3, 'follower_growth', 'pending', 'c')
            """,
            new { order });

        await fixture.DigestAsync();
        await fixture.DeliverAsync();

        var text = fixture.Smtp.Mails.Single().Part("text/plain")!;
        Assert.That(text, Does.Contain("- 1 order on hold\r\n- 1 failed fulfillment task\r\n- 2 pending fulfillment tasks"));
        Assert.That(fixture.Smtp.Mails.Single().Part("text/html"), Does.Contain("&lt;b&gt;Campaign&lt;/b&gt;"));
    }

    [Test]
    public async Task Clients_see_no_business_figures_and_operators_get_their_own_digest()
    {
        await using var fixture = await DigestFixture.StartAsync(new() { ["WEEKLY_DIGEST_OPERATOR_RECIPIENTS"] = "ops@example.test" });
        var person = await fixture.ARecipientAsync("ada@example.test");
        var order = await fixture.AnOrderAsync(person, "SM000001");
        await fixture.ExecuteAsync(
            """
            insert into payments (id, order_id, status, amount, currency, captured_at) values (gen_random_uuid(), @order, 'succeeded', 98765, 'EUR', @at);
            insert into order_items (id, order_id, product_title, unit_price, total_price) values (@order, @order, 'Campaign', 1, 1);
            insert into fulfillment_provider_orders (id, order_id, order_item_id, provider_id, service_id, amount, payload, created_at)
            values (gen_random_uuid(), @order, @order, 'secret-provider', 's', 100, '{"providerCostAmount": 95, "guardrails": {"minimumMarginPercent": 10}}', @at)
            """,
            new { order, at = fixture.Clock.GetUtcNow().AddHours(-1) });
        var followUps = fixture.Get<FollowUpOperations>();
        await followUps.RecordAsync(
            new() { ProviderId = "secret-provider", ProviderName = "Provider S", Action = FollowUpAction.Pause, Source = FollowUpSource.Automation }, default);
        await followUps.RecordAsync(new() { ProviderId = "other", Action = FollowUpAction.Escalate }, default);
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));

        await fixture.DigestAsync();
        await fixture.DigestAsync(isManual: true);
        await fixture.DeliverAsync();

        var client = fixture.Smtp.Mails.Single(mail => mail.To == "ada@example.test").Text;
        var operators = fixture.Smtp.Mails.Single(mail => mail.To == "ops@example.test").Part("text/plain")!;
        Assert.Multiple(() =>
        {
            Assert.That(client, Does.Not.Contain("98,765").And.Not.Contain("secret-provider").And.Not.Contain("admin/reports").And.Not.Contain("evenue"));
            Assert.That(operators, Does.Contain("Revenue: €98,765 from 1 orders"));
            Assert.That(operators, Does.Contain("Routed orders: 1").And.Contain("0 pass, 0 warn, 1 fail"));
            Assert.That(operators, Does.Contain("Guardrail automation actions").And.Contain("- Auto-pause: Provider S").And.Contain("- Escalate: other"));
            Assert.That(operators, Does.Contain("Actions captured: 2").And.Contain("Paused providers").And.Contain("- Provider S, since"));
        });
    }

    [Test]
    public async Task A_dry_run_reports_what_would_happen_and_writes_nothing()
    {
        await using var fixture = await DigestFixture.StartAsync();
        await fixture.ARecipientAsync("ada@example.test", orderNumber: "SM000001");

        var report = await fixture.DigestAsync(isManual: true, isDryRun: true);

        Assert.That((report.Enqueued, report.IsDryRun), Is.EqualTo((1, true)));
        Assert.That(
            await fixture.QueryAsync<long>("select (select count(*) from digest_issue) + (select count(*) from notification_outbox)"), Is.Zero);
    }

    [Test]
    public async Task One_failing_mailbox_does_not_stop_the_others()
    {
        await using var fixture = await DigestFixture.StartAsync(new() { ["NOTIFICATION_PARALLELISM"] = "1" });
        for (var at = 0; at < 4; at++)
        {
            await fixture.ARecipientAsync($"p{at}@example.test", orderNumber: $"SM{at:000000}");
        }

        fixture.Smtp.Faults.Next(SmtpStep.Recipient, new SmtpFault.Answer(550, "no such user"));
        await fixture.DigestAsync();
        await fixture.DeliverAsync();

        Assert.That(fixture.Smtp.Mails, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task A_digest_that_cannot_be_created_fails_the_run_and_the_others_are_sent()
    {
        await using var fixture = await DigestFixture.StartAsync();
        await fixture.ARecipientAsync("ada@example.test", orderNumber: "SM000001");
        var broken = await fixture.ARecipientAsync("broken@example.test", orderNumber: "SM000002");
        await fixture.ExecuteAsync(
            """
            create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no digest today'; end $$;
            create trigger refuse before insert on digest_issue for each row when (new.user_id = '00000000-0000-0000-0000-000000000000') execute function refuse();
            """.Replace("00000000-0000-0000-0000-000000000000", broken.ToString(), StringComparison.Ordinal));
        await fixture.Get<JobStore>().RegisterAsync([WeeklyDigestJob.Id], CancellationToken.None);

        var outcome = await fixture.Get<JobRunner>().RunNowAsync(WeeklyDigestJob.Id, "manual", evenIfDisabled: true, CancellationToken.None);
        await fixture.DeliverAsync();

        var state = (await fixture.Get<JobQueries>().ListStatesAsync(CancellationToken.None)).Single(job => job.JobId == WeeklyDigestJob.Id);
        Assert.That(outcome, Is.InstanceOf<JobOutcome.Failed>());
        Assert.That(state.LastError, Does.Contain("1 digests failed and 1 were enqueued"));
        Assert.That(fixture.Smtp.Mails.Single().To, Is.EqualTo("ada@example.test"));
    }
}
