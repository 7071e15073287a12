using System.Text.Json;
using Smplat.Core.Onboarding;
using Smplat.Core.Platform.Jobs;
using Smplat.Tests.Support;

namespace Smplat.Tests.Onboarding;

/// <summary>Who is reminded, when, and how often.</summary>
public sealed class NudgeTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 1, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task Idle_tasks_of_a_journey_make_one_message_and_no_other_for_twelve_hours()
    {
        var clock = new FixedClock(Start);
        await using var api = await OnboardingFixture.StartAsync(clock);
        var orderId = await api.AnOrderAsync();
        await api.StartAsync(orderId);
        var round = api.Get<NudgeRun>();

        clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromTicks(10));
        var early = await round.RunAsync(Order(), default);
        clock.Advance(TimeSpan.FromTicks(10));
        var due = await round.RunAsync(Order(), default);
        var again = await round.RunAsync(Order(), default);
        clock.Advance(TimeSpan.FromHours(12) - TimeSpan.FromTicks(10));
        var cooling = await round.RunAsync(Order(idleHours: 1), default);
        clock.Advance(TimeSpan.FromTicks(10));
        var cooled = await round.RunAsync(Order(idleHours: 1), default);

        Assert.That(early.Due, Is.Empty);
        Assert.That((due.Journeys, due.Due.Count, due.Messages), Is.EqualTo((1, 3, 1)));
        Assert.That(again.Due, Is.Empty);
        Assert.That(cooling.Due, Is.Empty);
        Assert.That(cooled.Messages, Is.EqualTo(1));
        Assert.That(await api.CountAsync("notification_outbox", "kind = 'onboarding_concierge_nudge'"), Is.EqualTo(2));
        var payload = (await api.RowsAsync<string>(
            "select payload::text from notification_outbox where kind = 'onboarding_concierge_nudge' order by created_at limit 1")).Single();
        var message = JsonSerializer.Deserialize<JsonElement>(payload);
        Assert.That(message.GetProperty("subject").GetString(), Is.EqualTo("Action needed: 3 onboarding steps"));
        Assert.That(message.GetProperty("tasks").GetArrayLength(), Is.EqualTo(3));
    }

    [Test]
    public async Task A_task_past_its_due_date_is_overdue_and_blocked_ones_count()
    {
        var clock = new FixedClock(Start);
        await using var api = await OnboardingFixture.StartAsync(clock);
        var orderId = await api.AnOrderAsync();
        await api.StartAsync(orderId);
        await api.ExecuteAsync("update onboarding_tasks set status = 'blocked' where slug = 'assets'");

        clock.Advance(TimeSpan.FromDays(2) + TimeSpan.FromMinutes(1));
        var report = await api.Get<NudgeRun>().RunAsync(Order(), default);

        Assert.That(
            report.Due.Select(task => (task.TaskSlug, task.Reason)),
            Is.EqualTo(new[] { ("intake", "task_overdue"), ("assets", "task_idle"), ("collaboration", "task_idle") }));
    }

    [Test]
    public async Task A_dry_run_changes_nothing()
    {
        var clock = new FixedClock(Start);
        await using var api = await OnboardingFixture.StartAsync(clock);
        await api.StartAsync(await api.AnOrderAsync());
        clock.Advance(TimeSpan.FromDays(1));

        var report = await api.Get<NudgeRun>().RunAsync(Order() with { IsDryRun = true }, default);

        Assert.That(report.Due, Has.Count.EqualTo(3));
        Assert.That(await api.CountAsync("notification_outbox"), Is.Zero);
        Assert.That(await api.CountAsync("onboarding_interactions"), Is.Zero);
    }

    [Test]
    public async Task Concurrent_runs_send_one_message()
    {
        var clock = new FixedClock(Start);
        await using var api = await OnboardingFixture.StartAsync(clock);
        for (var index = 0; index < 5; index++)
        {
            await api.StartAsync(await api.AnOrderAsync());
        }

        clock.Advance(TimeSpan.FromDays(1));
        var round = api.Get<NudgeRun>();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => round.RunAsync(Order(), default)));

        Assert.That(await api.CountAsync("notification_outbox"), Is.EqualTo(5));
        Assert.That(await api.CountAsync("onboarding_interactions"), Is.EqualTo(15));
    }

    [Test]
    public async Task The_limit_takes_the_journeys_that_have_been_idle_the_longest()
    {
        var clock = new FixedClock(Start);
        await using var api = await OnboardingFixture.StartAsync(clock);
        var first = await api.AnOrderAsync();
        await api.StartAsync(first);
        clock.Advance(TimeSpan.FromHours(1));
        await api.StartAsync(await api.AnOrderAsync());
        clock.Advance(TimeSpan.FromDays(2));

        var report = await api.Get<NudgeRun>().RunAsync(Order() with { Limit = 1 }, default);

        Assert.That(report.Due.Select(task => task.OrderId).Distinct(), Is.EqualTo(new[] { first }));
    }

    [Test]
    public async Task An_order_without_a_client_is_noted_and_skipped()
    {
        var clock = new FixedClock(Start);
        await using var api = await OnboardingFixture.StartAsync(clock);
        await api.StartAsync(await api.AnOrderAsync(withUser: false));
        clock.Advance(TimeSpan.FromDays(1));

        var report = await api.Get<NudgeRun>().RunAsync(Order(), default);

        Assert.That((report.Messages, report.Skipped), Is.EqualTo((0, 1)));
        Assert.That(
            await api.CountAsync("onboarding_interactions", "metadata -> 'nudge' ->> 'delivery_status' = 'skipped'"), Is.EqualTo(3));
    }

    [Test]
    public async Task Only_old_untouched_journeys_of_unpaid_orders_become_stalled()
    {
        var clock = new FixedClock(Start);
        await using var api = await OnboardingFixture.StartAsync(clock);
        var stuck = await api.AnOrderAsync();
        var paid = await api.AnOrderAsync("processing");
        var touched = await api.AnOrderAsync();
        await api.StartAsync(stuck);
        await api.StartAsync(paid);
        var (_, journey) = await api.StartAsync(touched);
        await api.ToggleAsync(touched, journey.GetProperty("tasks")[0].GetProperty("id").GetGuid(), true);
        var job = api.Get<StalledJourneysJob>();

        clock.Advance(TimeSpan.FromHours(71));
        var early = await job.RunAsync(Run(), default);
        clock.Advance(TimeSpan.FromHours(1));
        await job.RunAsync(Run(), default);
        var again = await job.RunAsync(Run(), default);

        Assert.That((early.DidSomething, again.DidSomething), Is.EqualTo((false, false)));
        var stalled = await api.RowsAsync<Guid>("select order_id from onboarding_journeys where status = 'stalled'");
        Assert.That(stalled, Is.EqualTo(new[] { stuck }));
        Assert.That(
            await api.CountAsync("onboarding_journey_events", "metadata ->> 'auto_reason' = 'pending_order'"), Is.EqualTo(1));
    }

    private static NudgeCommand Order(int idleHours = 24) => new(TimeSpan.FromHours(idleHours), 100, false, NudgeCommand.Automation);

    private static JobRun Run() => new(Guid.NewGuid(), "test", 1, Start);
}
