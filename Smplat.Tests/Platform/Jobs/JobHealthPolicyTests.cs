using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;
using Smplat.Functions;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Jobs;

/// <summary>Readiness follows the real ticks of the timers: first <c>starting</c>, then <c>error</c> with the cause.</summary>
public sealed class JobHealthPolicyTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    [TestCase("*/5 * * * * *", 60, ComponentStatus.Starting)]
    [TestCase("*/5 * * * * *", 120, ComponentStatus.Error)]
    [TestCase("0 15 3 * * *", 120, ComponentStatus.Starting, Description = "a daily timer is not due yet")]
    [TestCase("0 15 3 * * *", 20 * 3600, ComponentStatus.Error)]
    [TestCase("00:30:00", 1000, ComponentStatus.Starting)]
    [TestCase("00:30:00", 2000, ComponentStatus.Error)]
    public void A_job_that_never_ticks_is_starting_until_its_schedule_was_due(string schedule, int seconds, ComponentStatus status)
    {
        var health = JobHealthPolicy.Judge(State(null), Timer(("FULFILLMENT_POLL_SCHEDULE", schedule)), Start, Start.AddSeconds(seconds));

        Assert.That(health.Status, Is.EqualTo(status));
        Assert.That(health.Detail, Does.Contain("PollFulfillment"));
    }

    [TestCase("*/5 * * * * *", 60, true)]
    [TestCase("*/5 * * * * *", 120, false)]
    [TestCase("0 15 3 * * *", 3600, true)]
    [TestCase("0 15 3 * * *", 19 * 3600, false)]
    public void A_job_that_ticked_is_ready_until_the_next_tick_is_missing(string schedule, int seconds, bool isReady)
    {
        var health = JobHealthPolicy.Judge(State(Start), Timer(("FULFILLMENT_POLL_SCHEDULE", schedule)), Start, Start.AddSeconds(seconds));

        Assert.That(health.Status, Is.EqualTo(isReady ? ComponentStatus.Ready : ComponentStatus.Error));
    }

    [TestCase("AzureWebJobs.PollFulfillment.Disabled", "true", "AzureWebJobs.PollFulfillment.Disabled")]
    [TestCase("AzureWebJobs:PollFulfillment:Disabled", "1", "AzureWebJobs__PollFulfillment__Disabled")]
    [TestCase("FULFILLMENT_POLL_SCHEDULE", "", "FULFILLMENT_POLL_SCHEDULE")]
    [TestCase("FULFILLMENT_POLL_SCHEDULE", "every minute", "FULFILLMENT_POLL_SCHEDULE")]
    public void The_cause_is_named(string name, string value, string cause)
    {
        var timer = Timer(("FULFILLMENT_POLL_SCHEDULE", "*/5 * * * * *"), (name, value));

        Assert.That(JobHealthPolicy.Judge(State(Start.AddHours(-1)), timer, Start, Start.AddSeconds(60)).Status, Is.EqualTo(ComponentStatus.Starting));
        var health = JobHealthPolicy.Judge(State(Start.AddHours(-1)), timer, Start, Start.AddSeconds(120));
        Assert.That((health.Status, health.Detail), Is.EqualTo((ComponentStatus.Error, health.Detail)));
        Assert.That(health.Detail, Does.Contain(cause));
        Assert.That(JobHealthPolicy.IsTicking(State(Start.AddHours(-1)), timer, Start.AddSeconds(120)), Is.False);
    }

    [Test]
    public void A_run_that_is_under_way_needs_no_ticks() =>
        Assert.That(
            JobHealthPolicy.Judge(
                State(Start) with { LockedUntil = Start.AddMinutes(6) }, Timer(("FULFILLMENT_POLL_SCHEDULE", "*/5 * * * * *")), Start, Start.AddMinutes(5)).Status,
            Is.EqualTo(ComponentStatus.Ready));

    [Test]
    public async Task Without_ticks_the_app_does_not_claim_that_its_jobs_run()
    {
        await using var app = await SmplatApp.StartAsync(
            new Dictionary<string, string> { ["FULFILLMENT_WORKER_ENABLED"] = "true" }, ticks: false);

        var answer = await app.Client.GetStringAsync("/api/v1/health/readyz");

        Assert.That(answer, Does.Contain("\"starting\"").And.Contain("has not fired yet"));
    }

    [Test]
    public void Every_timer_names_the_job_that_it_runs()
    {
        var source = File.ReadAllText(Path.Combine(Repository.Root, "Smplat.Functions", "Timers.cs"));
        foreach (var block in source.Split("[Function(").Zip(source.Split("[Function(").Skip(1)))
        {
            var declared = System.Text.RegularExpressions.Regex.Match(block.First, @"\[RunsJob\((.+?)\)\]\s*$").Groups[1].Value;
            var run = System.Text.RegularExpressions.Regex.Match(block.Second, @"TickAsync\((.+?),").Groups[1].Value;
            Assert.That(declared, Is.EqualTo(run));
        }
    }

    private static JobState State(DateTimeOffset? lastTick) => new() { JobId = "fulfillment-worker", LastTickAt = lastTick };

    private static JobTimer Timer(params (string Name, string Value)[] settings) =>
        new JobTimers(new ConfigurationBuilder().AddInMemoryCollection(
            settings.GroupBy(setting => setting.Name).Select(same => KeyValuePair.Create(same.Key, (string?)same.Last().Value))).Build())
            .Find("fulfillment-worker")!;
}
