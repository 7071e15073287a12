using System.Text;
using System.Text.Json;
using Smplat.Core.Fulfillment;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;
using Smplat.Tests.Support;

namespace Smplat.Tests.Fulfillment;

public sealed class FiguresTests
{
    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    [Test]
    public async Task A_fresh_process_shows_every_total_at_zero()
    {
        await using var world = await FulfillmentFixture.CreateAsync();

        var seen = await world.Get<WorkerMetrics>().ReadObservabilityAsync(CancellationToken.None);

        Assert.That(seen.Totals, Is.EqualTo(new BucketTotals(0, 0, 0, 0)));
        Assert.That(seen.PerTaskType.Keys, Is.EquivalentTo(new[] { "processed", "failed", "retried", "dead_lettered" }));
    }

    [Test]
    public async Task Totals_and_events_tell_what_happened_on_every_instance_and_after_a_restart()
    {
        var gateway = new ScriptedGateway(task => task.TaskType switch
        {
            "follower_growth" => new ExecutionOutcome.Failed("later"),
            "instagram_setup" => new ExecutionOutcome.Failed("never", IsPermanent: true),
            _ => new ExecutionOutcome.Succeeded("{}"),
        });
        await using var world = await FulfillmentFixture.CreateAsync(gateway);
        await world.Given.ATaskAsync();
        await world.Given.ATaskAsync(type: "follower_growth");
        var item = await world.Given.AnItemAsync(await world.Given.AnOrderAsync());
        var dead = await world.Given.ATaskAsync(item, "instagram_setup");
        await world.DrainAsync();
        await world.Get<DurableCounters>().FlushAsync(CancellationToken.None);

        await using var other = FulfillmentFixture.Build(world.ConnectionString, new FixedClock(), null, null);
        var figures = (WorkerMetrics)other.GetService(typeof(WorkerMetrics))!;
        var seen = await figures.ReadObservabilityAsync(CancellationToken.None);

        Assert.That(seen.Totals, Is.EqualTo(new BucketTotals(1, 2, 1, 1)));
        Assert.That(seen.PerTaskType["failed"], Is.EqualTo(new Dictionary<string, long> { ["follower_growth"] = 1, ["instagram_setup"] = 1 }));
        Assert.That(
            (seen.Events.LastDeadLetterTask, seen.Events.LastDeadLetterTaskId, seen.Events.LastDeadLetterOrderItemId),
            Is.EqualTo(("instagram_setup", (Guid?)dead, (Guid?)item)));
        Assert.That(seen.Events.LastRetryDelaySeconds, Is.EqualTo(60));
    }

    [Test]
    public async Task Three_active_types_and_a_huge_error_stay_under_a_kilobyte()
    {
        var gateway = new ScriptedGateway(task => new ExecutionOutcome.Failed(new string('x', 10_000), task.MaxRetries == 0));
        await using var world = await FulfillmentFixture.CreateAsync(gateway);
        var tally = world.Get<FulfillmentCounters>();
        foreach (var type in new[] { "follower_growth", "engagement_boost", "campaign_optimization" })
        {
            await world.Given.ATaskAsync(type: type, maxRetries: 0);
            await world.Given.ATaskAsync(type: type);
            tally.Count(TaskBucket.Processed, type, 12_345);
        }

        await world.DrainAsync();
        var seen = await world.Get<WorkerMetrics>().ReadObservabilityAsync(CancellationToken.None);

        Assert.That(seen.Events.LastFailureMessage, Has.Length.EqualTo(96));
        Assert.That(Encoding.UTF8.GetByteCount(JsonSerializer.Serialize(seen, Snake)), Is.LessThan(1024));
    }

    [Test]
    public async Task A_run_through_the_ledger_shows_its_times_and_a_clean_one_clears_the_error()
    {
        var works = false;
        var gateway = new ScriptedGateway(_ => works ? new ExecutionOutcome.Succeeded("{}") : new ExecutionOutcome.Failed("boom"));
        await using var world = await FulfillmentFixture.CreateAsync(gateway);
        await world.Given.ATaskAsync();
        var runner = world.Get<JobRunner>();
        await runner.RunNowAsync(FulfillmentJob.Id, "test", evenIfDisabled: false, CancellationToken.None);
        Assert.That((await world.Get<WorkerMetrics>().ReadFiguresAsync(CancellationToken.None)).LastError, Is.EqualTo("boom"));

        works = true;
        world.Clock.Advance(TimeSpan.FromMinutes(2));
        await runner.RunNowAsync(FulfillmentJob.Id, "test", evenIfDisabled: false, CancellationToken.None);
        var health = await world.Get<WorkerMetrics>().ReadHealthAsync(CancellationToken.None);

        Assert.That(health.Running, Is.True);
        Assert.That((health.PollIntervalSeconds, health.BatchSize), Is.EqualTo((30, 25)));
        Assert.That(health.Metrics.LastError, Is.Null);
        Assert.That(health.Metrics.LastRunFinishedAt, Is.EqualTo(world.Clock.GetUtcNow()));
        Assert.That((health.Metrics.TasksProcessed, health.Metrics.TasksFailed), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task A_loop_that_breaks_is_counted_and_goes_on()
    {
        await using var world = await FulfillmentFixture.CreateAsync(new ScriptedGateway());
        var id = await world.Given.ATaskAsync();
        await world.ExecuteAsync("alter table fulfillment_claim rename to fulfillment_claim_away");
        var runner = world.Get<JobRunner>();
        var broken = await runner.RunNowAsync(FulfillmentJob.Id, "test", evenIfDisabled: false, CancellationToken.None);
        await world.ExecuteAsync("alter table fulfillment_claim_away rename to fulfillment_claim");

        var mended = await runner.RunNowAsync(FulfillmentJob.Id, "test", evenIfDisabled: false, CancellationToken.None);

        Assert.That(broken, Is.TypeOf<JobOutcome.Failed>());
        Assert.That(mended, Is.TypeOf<JobOutcome.Completed>());
        Assert.That((await world.TaskAsync(id)).Status, Is.EqualTo("completed"));
        Assert.That((await world.Get<WorkerMetrics>().ReadFiguresAsync(CancellationToken.None)).LoopErrors, Is.EqualTo(1));
    }
}
