using Smplat.Core.Digests;
using Smplat.Core.Platform.Jobs;
using Smplat.FakeVendors.Smtp;
using Smplat.Tests.Support;

namespace Smplat.Tests.Digests;

[Parallelizable(ParallelScope.All)]
public sealed class WeeklyDigestTests
{
    [Test]
    public async Task A_reader_with_an_order_gets_one_digest_a_week_whoever_runs_how_often()
    {
        await using var rig = await DigestRig.StartAsync();
        await rig.AReaderAsync("ada@example.test", orderNumber: "SM000001");

        await Task.WhenAll(rig.DigestAsync(), rig.DigestAsync(), rig.DigestAsync(byHand: true));
        await Task.WhenAll(rig.DeliverAsync(), rig.DeliverAsync());
        rig.Clock.Advance(TimeSpan.FromDays(3));
        await rig.DigestAsync(byHand: true);
        await rig.DeliverAsync();
        Assert.That(rig.Smtp.Mails, Has.Count.EqualTo(1));

        rig.Clock.Advance(TimeSpan.FromDays(4));
        await rig.DigestAsync();
        await rig.DeliverAsync();

        Assert.That(rig.Smtp.Mails, Has.Count.EqualTo(2));
        var mail = rig.Smtp.Mails[0];
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
    public async Task Each_reader_is_due_in_the_morning_of_an_own_monday()
    {
        // Monday 09:00 in Auckland is Sunday evening in UTC.
        var clock = new FixedClock(new DateTimeOffset(2026, 3, 1, 20, 0, 0, TimeSpan.Zero));
        await using var rig = await DigestRig.StartAsync(clock: clock);
        await rig.AReaderAsync("nz@example.test", "Pacific/Auckland", "SM000001");
        await rig.AReaderAsync("de@example.test", "Europe/Berlin", "SM000002");
        await rig.AReaderAsync("hi@example.test", "Pacific/Honolulu", "SM000003");
        var at = new Dictionary<string, DateTimeOffset>();
        for (var hour = 0; hour < 30; hour++)
        {
            await rig.DigestAsync();
            await rig.DeliverAsync();
            foreach (var mail in rig.Smtp.Mails)
            {
                at.TryAdd(mail.To, clock.GetUtcNow());
            }

            clock.Advance(TimeSpan.FromHours(1));
        }

        Assert.That(at["nz@example.test"], Is.EqualTo(new DateTimeOffset(2026, 3, 1, 20, 0, 0, TimeSpan.Zero)));
        Assert.That(at["de@example.test"], Is.EqualTo(new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero)));
        Assert.That(at["hi@example.test"], Is.EqualTo(new DateTimeOffset(2026, 3, 2, 19, 0, 0, TimeSpan.Zero)));
        Assert.That(rig.Smtp.Mails, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Nobody_gets_an_empty_digest_or_one_that_was_not_asked_for()
    {
        await using var rig = await DigestRig.StartAsync();
        await rig.AReaderAsync("empty@example.test");
        var silent = await rig.APersonAsync("silent@example.test", marketing: false);
        await rig.AnOrderAsync(silent, "SM000009");
        await rig.APersonAsync("gone@example.test", status: "suspended", marketing: true);

        var report = await rig.DigestAsync();
        await rig.DeliverAsync();

        Assert.That((report.Readers, report.Enqueued, report.Empty), Is.EqualTo((1, 0, 1)));
        Assert.That(rig.Smtp.Mails, Is.Empty);
    }

    [Test]
    public async Task Holds_and_tasks_wait_for_attention_in_their_order()
    {
        await using var rig = await DigestRig.StartAsync();
        var person = await rig.AReaderAsync("ada@example.test");
        var order = await rig.AnOrderAsync(person, "SM000001", "on_hold");
        await rig.ExecuteAsync(
            """
            insert into order_items (id, order_id, product_title, unit_price, total_price) values (@order, @order, '<b>Campaign</b>', 1, 1);
            insert into fulfillment_tasks (id, order_item_id, ordinal, task_type, status, title)
            values (gen_random_uuid(), @order, 1, 'follower_growth', 'failed', 'a'), (gen_random_uuid(), @order, 2, 'follower_growth', 'pending', 'b'),
                (gen_random_uuid(), @order, 3, 'follower_growth', 'pending', 'c')
            """,
            new { order });

        await rig.DigestAsync();
        await rig.DeliverAsync();

        var text = rig.Smtp.Mails.Single().Part("text/plain")!;
        Assert.That(text, Does.Contain("- 1 order on hold\r\n- 1 failed fulfillment task\r\n- 2 pending fulfillment tasks"));
        Assert.That(rig.Smtp.Mails.Single().Part("text/html"), Does.Contain("&lt;b&gt;Campaign&lt;/b&gt;"));
    }

    [Test]
    public async Task Clients_read_nothing_of_the_business_and_operators_get_a_digest_of_their_own()
    {
        await using var rig = await DigestRig.StartAsync(new() { ["WEEKLY_DIGEST_OPERATOR_RECIPIENTS"] = "ops@example.test" });
        var person = await rig.AReaderAsync("ada@example.test");
        var order = await rig.AnOrderAsync(person, "SM000001");
        await rig.ExecuteAsync(
            """
            insert into payments (id, order_id, status, amount, currency, captured_at) values (gen_random_uuid(), @order, 'succeeded', 98765, 'EUR', @at);
            insert into order_items (id, order_id, product_title, unit_price, total_price) values (@order, @order, 'Campaign', 1, 1);
            insert into fulfillment_provider_orders (id, order_id, order_item_id, provider_id, service_id, amount, payload, created_at)
            values (gen_random_uuid(), @order, @order, 'secret-provider', 's', 100, '{"providerCostAmount": 95, "guardrails": {"minimumMarginPercent": 10}}', @at)
            """,
            new { order, at = rig.Clock.GetUtcNow().AddHours(-1) });

        await rig.DigestAsync();
        await rig.DigestAsync(byHand: true);
        await rig.DeliverAsync();

        var client = rig.Smtp.Mails.Single(mail => mail.To == "ada@example.test").Text;
        var operators = rig.Smtp.Mails.Single(mail => mail.To == "ops@example.test").Part("text/plain")!;
        Assert.Multiple(() =>
        {
            Assert.That(client, Does.Not.Contain("98,765").And.Not.Contain("secret-provider").And.Not.Contain("admin/reports").And.Not.Contain("evenue"));
            Assert.That(operators, Does.Contain("Revenue: €98,765 from 1 orders"));
            Assert.That(operators, Does.Contain("Routed orders: 1").And.Contain("0 pass, 0 warn, 1 fail"));
        });
    }

    [Test]
    public async Task A_dry_run_tells_what_would_happen_and_writes_nothing()
    {
        await using var rig = await DigestRig.StartAsync();
        await rig.AReaderAsync("ada@example.test", orderNumber: "SM000001");

        var report = await rig.DigestAsync(byHand: true, isDryRun: true);

        Assert.That((report.Enqueued, report.IsDryRun), Is.EqualTo((1, true)));
        Assert.That(
            await rig.QueryAsync<long>("select (select count(*) from digest_issue) + (select count(*) from notification_outbox)"), Is.Zero);
    }

    [Test]
    public async Task One_failing_mailbox_does_not_stop_the_others()
    {
        await using var rig = await DigestRig.StartAsync(new() { ["NOTIFICATION_PARALLELISM"] = "1" });
        for (var at = 0; at < 4; at++)
        {
            await rig.AReaderAsync($"p{at}@example.test", orderNumber: $"SM{at:000000}");
        }

        rig.Smtp.Faults.Next(SmtpStep.Recipient, new SmtpFault.Answer(550, "no such user"));
        await rig.DigestAsync();
        await rig.DeliverAsync();

        Assert.That(rig.Smtp.Mails, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task A_digest_that_cannot_be_made_fails_the_run_as_server_action_failed_and_the_others_go_out()
    {
        await using var rig = await DigestRig.StartAsync();
        await rig.AReaderAsync("ada@example.test", orderNumber: "SM000001");
        var broken = await rig.AReaderAsync("broken@example.test", orderNumber: "SM000002");
        await rig.ExecuteAsync(
            """
            create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no digest today'; end $$;
            create trigger refuse before insert on digest_issue for each row when (new.user_id = '00000000-0000-0000-0000-000000000000') execute function refuse();
            """.Replace("00000000-0000-0000-0000-000000000000", broken.ToString(), StringComparison.Ordinal));
        await rig.Get<JobStore>().RegisterAsync([WeeklyDigestJob.Id], CancellationToken.None);

        var outcome = await rig.Get<JobRunner>().RunNowAsync(WeeklyDigestJob.Id, "manual", evenIfDisabled: true, CancellationToken.None);
        await rig.DeliverAsync();

        var state = (await rig.Get<JobQueries>().ListStatesAsync(CancellationToken.None)).Single(job => job.JobId == WeeklyDigestJob.Id);
        Assert.That(outcome, Is.InstanceOf<JobOutcome.Failed>());
        Assert.That(state.LastError, Does.Contain("1 digests failed and 1 were enqueued"));
        Assert.That(rig.Smtp.Mails.Single().To, Is.EqualTo("ada@example.test"));
    }
}
