using System.Globalization;
using Smplat.Core.Platform.Outbox;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Outbox;

[Parallelizable(ParallelScope.All)]
public sealed class AdmissionTests
{
    private const string Nudge = "onboarding_concierge_nudge";
    private const string Payload = """{"subject":"Action needed","message":"Please go on."}""";

    [Test]
    public async Task Reminders_beyond_the_daily_cap_are_suppressed_even_with_two_concurrent_senders()
    {
        await using var fixture = await OutboxFixture.StartAsync(
            new() { ["NOTIFICATION_COOLDOWN_MINUTES"] = "0", ["NOTIFICATION_BATCH_SIZE"] = "2" });
        var ada = await fixture.APersonAsync();
        for (var at = 0; at < 10; at++)
        {
            await fixture.EnqueueAsync(Nudge, ada, $"nudge-{at}", Payload);
        }

        await Task.WhenAll(fixture.DeliverAsync(), fixture.DeliverAsync());

        Assert.That(fixture.Smtp.Mails, Has.Count.EqualTo(3));
        Assert.That(
            await fixture.QueryAsync<long>("select count(*) from notification_outbox where reason = 'daily_cap'"), Is.EqualTo(7));
    }

    [Test]
    public async Task A_second_reminder_of_a_kind_waits_for_the_cooldown()
    {
        await using var fixture = await OutboxFixture.StartAsync();
        var ada = await fixture.APersonAsync();
        await fixture.EnqueueAsync(Nudge, ada, "first", Payload);
        await fixture.EnqueueAsync(Nudge, ada, "second", Payload);

        await fixture.DeliverAsync();
        fixture.Clock.Advance(TimeSpan.FromMinutes(59));
        await fixture.DeliverAsync();
        Assert.That(fixture.Smtp.Mails, Has.Count.EqualTo(1));

        fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        await fixture.DeliverAsync();
        Assert.That(fixture.Smtp.Mails, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Reminders_wait_for_the_morning_of_the_person_but_receipts_do_not()
    {
        var evening = new FixedClock(new DateTimeOffset(2026, 3, 2, 21, 30, 0, TimeSpan.Zero));
        await using var fixture = await OutboxFixture.StartAsync(clock: evening);
        var berlin = await fixture.APersonAsync("b@example.test", zone: "Europe/Berlin");
        var denver = await fixture.APersonAsync("d@example.test", zone: "America/Denver");
        await fixture.EnqueueAsync(Nudge, berlin, "berlin", Payload);
        await fixture.EnqueueAsync(Nudge, denver, "denver", Payload);
        await fixture.EnqueueAsync("payment_success", berlin, "receipt", """{"order_number":"SM000001","amount":10,"currency":"EUR"}""");

        await fixture.DeliverAsync();

        Assert.That(
            fixture.Smtp.Mails.Select(mail => mail.Subject),
            Is.EquivalentTo(new[] { "Action needed", "Payment received for order SM000001" }));
        var waiting = await fixture.MessageAsync("berlin");
        Assert.That(
            (waiting.Status, waiting.NotBefore),
            Is.EqualTo(("pending", new DateTimeOffset(2026, 3, 3, 7, 0, 0, TimeSpan.Zero))));
    }

    [Test]
    public async Task A_message_whose_person_no_longer_exists_is_suppressed()
    {
        await using var fixture = await OutboxFixture.StartAsync();
        var ada = await fixture.APersonAsync();
        await fixture.EnqueueAsync(Nudge, ada, "a", Payload);
        await fixture.ExecuteAsync("delete from users");

        await fixture.DeliverAsync();

        Assert.That((await fixture.MessageAsync("a")).Reason, Is.EqualTo("person_gone"));
    }

    [Test]
    public async Task Five_soft_bounces_in_a_month_block_an_address_and_an_operator_can_unblock_it()
    {
        await using var fixture = await OutboxFixture.StartAsync();
        var bounces = fixture.Get<BounceOperations>();
        var blocked = new List<bool>();
        for (var at = 0; at < 5; at++)
        {
            blocked.Add(await bounces.RecordAsync(new("Ada@Example.test", "soft", null, null, null), "operator", CancellationToken.None));
        }

        var ada = await fixture.APersonAsync();
        await fixture.EnqueueAsync(Nudge, ada, "a", Payload);
        await fixture.DeliverAsync();
        var unblocked = await bounces.UnblockAsync("ada@example.test", CancellationToken.None);

        Assert.That(blocked, Is.EqualTo(new[] { false, false, false, false, true }));
        Assert.That((await fixture.MessageAsync("a")).Reason, Is.EqualTo("address_blocked:soft_bounces"));
        Assert.That(unblocked, Is.True);
    }

    [TestCase("21-8", "2026-03-02T20:59:59Z", "UTC", null)]
    [TestCase("21-8", "2026-03-02T21:00:00Z", "UTC", "2026-03-03T08:00:00Z")]
    [TestCase("21-8", "2026-03-03T07:59:59Z", "UTC", "2026-03-03T08:00:00Z")]
    [TestCase("21-8", "2026-03-03T08:00:00Z", "UTC", null)]
    [TestCase("21-8", "2026-03-02T20:30:00Z", "Europe/Berlin", "2026-03-03T07:00:00Z")]
    [TestCase("21-8", "2026-03-28T21:00:00Z", "Europe/Berlin", "2026-03-29T06:00:00Z", Description = "the clocks go forward that night")]
    [TestCase("23-2", "2026-03-29T00:30:00Z", "Europe/Berlin", "2026-03-29T01:00:00Z", Description = "2 o'clock does not exist that night")]
    [TestCase("12-14", "2026-03-02T13:00:00Z", "UTC", "2026-03-02T14:00:00Z")]
    [TestCase("none", "2026-03-02T23:00:00Z", "UTC", null)]
    [TestCase("8-8", "2026-03-02T08:30:00Z", "UTC", null)]
    public void Quiet_ends_in_the_persons_morning(string hours, string now, string zone, string? end)
    {
        var found = QuietHours.Parse(hours)?.EndOf(Instant(now), TimeZoneInfo.FindSystemTimeZoneById(zone));

        Assert.That(found, Is.EqualTo(end is null ? null : (DateTimeOffset?)Instant(end)));
    }

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
