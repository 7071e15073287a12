using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Outbox;

[Parallelizable(ParallelScope.All)]
public sealed class RestraintTests
{
    private const string Nudge = "onboarding_concierge_nudge";
    private const string Payload = """{"subject":"Action needed","message":"Please go on."}""";

    [Test]
    public async Task Reminders_beyond_the_daily_cap_are_suppressed_even_when_two_senders_hurry()
    {
        await using var rig = await NotificationRig.StartAsync(
            new() { ["NOTIFICATION_COOLDOWN_MINUTES"] = "0", ["NOTIFICATION_BATCH_SIZE"] = "2" });
        var ada = await rig.APersonAsync();
        for (var at = 0; at < 10; at++)
        {
            await rig.EnqueueAsync(Nudge, ada, $"nudge-{at}", Payload);
        }

        await Task.WhenAll(rig.DeliverAsync(), rig.DeliverAsync());

        Assert.That(rig.Smtp.Mails, Has.Count.EqualTo(3));
        Assert.That(
            await rig.QueryAsync<long>("select count(*) from notification_outbox where reason = 'daily_cap'"), Is.EqualTo(7));
    }

    [Test]
    public async Task A_second_reminder_of_a_kind_waits_for_the_cooldown()
    {
        await using var rig = await NotificationRig.StartAsync();
        var ada = await rig.APersonAsync();
        await rig.EnqueueAsync(Nudge, ada, "first", Payload);
        await rig.EnqueueAsync(Nudge, ada, "second", Payload);

        await rig.DeliverAsync();
        rig.Clock.Advance(TimeSpan.FromMinutes(59));
        await rig.DeliverAsync();
        Assert.That(rig.Smtp.Mails, Has.Count.EqualTo(1));

        rig.Clock.Advance(TimeSpan.FromMinutes(1));
        await rig.DeliverAsync();
        Assert.That(rig.Smtp.Mails, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Reminders_wait_for_the_morning_of_the_person_and_receipts_do_not()
    {
        var evening = new FixedClock(new DateTimeOffset(2026, 3, 2, 21, 30, 0, TimeSpan.Zero));
        await using var rig = await NotificationRig.StartAsync(clock: evening);
        var berlin = await rig.APersonAsync("b@example.test", zone: "Europe/Berlin");
        var denver = await rig.APersonAsync("d@example.test", zone: "America/Denver");
        await rig.EnqueueAsync(Nudge, berlin, "berlin", Payload);
        await rig.EnqueueAsync(Nudge, denver, "denver", Payload);
        await rig.EnqueueAsync("payment_success", berlin, "receipt", """{"order_number":"SM000001","amount":10,"currency":"EUR"}""");

        await rig.DeliverAsync();

        Assert.That(
            rig.Smtp.Mails.Select(mail => mail.Subject),
            Is.EquivalentTo(new[] { "Action needed", "Payment received for order SM000001" }));
        var waiting = await rig.MessageAsync("berlin");
        Assert.That(
            (waiting.Status, waiting.NotBefore),
            Is.EqualTo(("pending", new DateTimeOffset(2026, 3, 3, 7, 0, 0, TimeSpan.Zero))));
    }

    [Test]
    public async Task A_message_whose_person_is_gone_is_suppressed()
    {
        await using var rig = await NotificationRig.StartAsync();
        var ada = await rig.APersonAsync();
        await rig.EnqueueAsync(Nudge, ada, "a", Payload);
        await rig.ExecuteAsync("delete from users");

        await rig.DeliverAsync();

        Assert.That((await rig.MessageAsync("a")).Reason, Is.EqualTo("person_gone"));
    }

    [Test]
    public async Task Five_soft_bounces_in_a_month_block_an_address_and_an_operator_can_unblock_it()
    {
        await using var rig = await NotificationRig.StartAsync();
        var bounces = rig.Get<Smplat.Core.Platform.Outbox.BounceRecords>();
        var blocked = new List<bool>();
        for (var at = 0; at < 5; at++)
        {
            blocked.Add(await bounces.RecordAsync(new("Ada@Example.test", "soft", null, null, null), "operator", CancellationToken.None));
        }

        var ada = await rig.APersonAsync();
        await rig.EnqueueAsync(Nudge, ada, "a", Payload);
        await rig.DeliverAsync();
        var unblocked = await bounces.UnblockAsync("ada@example.test", CancellationToken.None);

        Assert.That(blocked, Is.EqualTo(new[] { false, false, false, false, true }));
        Assert.That((await rig.MessageAsync("a")).Reason, Is.EqualTo("address_blocked:soft_bounces"));
        Assert.That(unblocked, Is.True);
    }
}
