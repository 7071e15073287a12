using System.Text;
using System.Text.Json;
using Smplat.Core.Fulfillment;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;
using Smplat.Tests.Support;

namespace Smplat.Tests.Fulfillment;

public sealed class WorkerMetricsTests
{
    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    [Test]
    public async Task A_fresh_process_shows_every_total_at_zero()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync();

        var seen = await fixture.Get<WorkerMetrics>().ReadObservabilityAsync(CancellationToken.None);

        Assert.That(seen.Totals, Is.EqualTo(new BucketTotals(0, 0, 0, 0)));
        Assert.That(seen.PerTaskType.Keys, Is.EquivalentTo(new[] { "processed", "failed", "retried", "dead_lettered" }));
    }

    [Test]
    public async Task Totals_and_events_cover_every_instance_and_survive_a_restart()
    {
        var gateway = new ScriptedGateway(task => task.TaskType switch
        {
            "follower_growth" => new ExecutionOutcome.Failed("later"),
            "instagram_setup" => new ExecutionOutcome.Failed("never", IsPermanent: true),
            _ => new ExecutionOutcome.Succeeded("{}"),
        });
        await using var fixture = await FulfillmentFixture.CreateAsync(gateway);
        await fixture.Given.ATaskAsync();
        await fixture.Given.ATaskAsync(type: "follower_growth");
        var item = await fixture.Given.AnItemAsync(await fixture.Given.AnOrderAsync());
        var dead = await fixture.Given.ATaskAsync(item, "instagram_setup");
        await fixture.RunWorkerAsync();
        await fixture.Get<DurableCounters>().FlushAsync(CancellationToken.None);

        await using var other = FulfillmentFixture.Build(fixture.ConnectionString, new FixedClock(), null, null);
        var figures = (WorkerMetrics)other.GetService(typeof(WorkerMetrics))!;
        var seen = await figures.ReadObservabilityAsync(CancellationToken.None);

        Assert.That(seen.Totals, Is.EqualTo(new BucketTotals(1, 2, 1, 1)));
        Assert.That(seen.PerTaskType["failed"], Is.EqualTo(new Dictionary<string, long> { ["follower_growth"] = 1, ["instagram_setup"] = 1 }));
        Assert.That(
            (seen.Events.LastDeadLetterTask, seen.Events.LastDeadLetterTaskId, seen.Events.LastDeadLetterOrderItemId),
            Is.EqualTo(("instagram_setup", (Guid?)dead, (Guid?)item)));
        Assert.That(seen.Events.LastRetryDelaySeconds, Is.EqualTo(60));
    }

    [TestCase("x")]
    [TestCase("ü")]
    [TestCase("😀")]
    [TestCase("\"")]
    public async Task Six_types_with_dead_letters_and_any_error_stay_under_a_kilobyte(string letter)
    {
        var gateway = new ScriptedGateway(task =>
            new ExecutionOutcome.Failed(string.Concat(Enumerable.Repeat(letter, 400)), task.MaxRetries == 0));
        await using var fixture = await FulfillmentFixture.CreateAsync(gateway);
        var tally = fixture.Get<FulfillmentCounters>();
        foreach (var type in FulfillmentTaskType.All)
        {
            await fixture.Given.ATaskAsync(type: type, maxRetries: 0);
            await fixture.Given.ATaskAsync(type: type);
            tally.Count(TaskBucket.Processed, type, 1_234_567_890);
            tally.Count(TaskBucket.Failed, type, 1_234_567);
            tally.Count(TaskBucket.Retried, type, 1_234_567);
        }

        await fixture.RunWorkerAsync();
        var seen = await fixture.Get<WorkerMetrics>().ReadObservabilityAsync(CancellationToken.None);

        Assert.That(Encoding.UTF8.GetByteCount(JsonSerializer.Serialize(seen, Snake)), Is.LessThan(1024));
        Assert.That(seen.OpenDeadLetters, Is.EqualTo(6));
        Assert.That(seen.Totals.Processed, Is.EqualTo(6L * 1_234_567_890));
        Assert.That(seen.PerTaskType["processed"].Values.Sum(), Is.EqualTo(seen.Totals.Processed), "nothing is lost by folding");
    }

    [Test]
    public async Task Three_active_types_and_a_huge_error_stay_under_a_kilobyte()
    {
        var gateway = new ScriptedGateway(task => new ExecutionOutcome.Failed(new string('x', 10_000), task.MaxRetries == 0));
        await using var fixture = await FulfillmentFixture.CreateAsync(gateway);
        var tally = fixture.Get<FulfillmentCounters>();
        foreach (var type in new[] { "follower_growth", "engagement_boost", "campaign_optimization" })
        {
            await fixture.Given.ATaskAsync(type: type, maxRetries: 0);
            await fixture.Given.ATaskAsync(type: type);
            tally.Count(TaskBucket.Processed, type, 12_345);
        }

        await fixture.RunWorkerAsync();
        var seen = await fixture.Get<WorkerMetrics>().ReadObservabilityAsync(CancellationToken.None);

        Assert.That(seen.Events.LastFailureMessage, Does.StartWith("xxx"));
        Assert.That(Encoding.UTF8.GetByteCount(JsonSerializer.Serialize(seen, Snake)), Is.LessThan(1024));
    }

    [Test]
    public async Task A_run_through_the_ledger_shows_its_times_and_a_clean_one_clears_the_error()
    {
        var works = false;
        var gateway = new ScriptedGateway(_ => works ? new ExecutionOutcome.Succeeded("{}") : new ExecutionOutcome.Failed("boom"));
        await using var fixture = await FulfillmentFixture.CreateAsync(gateway);
        await fixture.Given.ATaskAsync();
        var runner = fixture.Get<JobRunner>();
        await runner.RunNowAsync(FulfillmentJob.Id, "test", evenIfDisabled: false, CancellationToken.None);
        Assert.That((await fixture.Get<WorkerMetrics>().ReadFiguresAsync(CancellationToken.None)).LastError, Is.EqualTo("boom"));

        works = true;
        fixture.Clock.Advance(TimeSpan.FromMinutes(2));
        await runner.RunNowAsync(FulfillmentJob.Id, "test", evenIfDisabled: false, CancellationToken.None);
        var health = await fixture.Get<WorkerMetrics>().ReadHealthAsync(CancellationToken.None);

        Assert.That(health.Running, Is.True);
        Assert.That((health.PollIntervalSeconds, health.BatchSize), Is.EqualTo((30, 25)));
        Assert.That(health.Metrics.LastError, Is.Null);
        Assert.That(health.Metrics.LastRunFinishedAt, Is.EqualTo(fixture.Clock.GetUtcNow()));
        Assert.That((health.Metrics.TasksProcessed, health.Metrics.TasksFailed), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task A_failing_loop_is_counted_and_continues()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(new ScriptedGateway());
        var id = await fixture.Given.ATaskAsync();
        await fixture.ExecuteAsync("alter table fulfillment_claim rename to fulfillment_claim_away");
        var runner = fixture.Get<JobRunner>();
        var broken = await runner.RunNowAsync(FulfillmentJob.Id, "test", evenIfDisabled: false, CancellationToken.None);
        await fixture.ExecuteAsync("alter table fulfillment_claim_away rename to fulfillment_claim");

        var mended = await runner.RunNowAsync(FulfillmentJob.Id, "test", evenIfDisabled: false, CancellationToken.None);

        Assert.That(broken, Is.TypeOf<JobOutcome.Failed>());
        Assert.That(mended, Is.TypeOf<JobOutcome.Completed>());
        Assert.That((await fixture.TaskAsync(id)).Status, Is.EqualTo("completed"));
        Assert.That((await fixture.Get<WorkerMetrics>().ReadFiguresAsync(CancellationToken.None)).LoopErrors, Is.EqualTo(1));
    }
}
