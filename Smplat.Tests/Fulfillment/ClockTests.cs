using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Fulfillment;
using Smplat.Core.Platform.Jobs;
using Smplat.Tests.Support;

namespace Smplat.Tests.Fulfillment;

/// <summary>Jumping clocks and crashed workers, measured against the promise of 90 seconds.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ClockTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(45);

    [Test]
    public async Task With_the_default_settings_a_crashed_workers_tasks_run_again_within_90_seconds()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(new ScriptedGateway());
        await RegisterAsync(fixture);
        var job = fixture.Get<FulfillmentJob>();
        var id = await fixture.Given.ATaskAsync();
        // It crashes at the worst moment, right after its leases on job and task started.
        var died = fixture.Clock.GetUtcNow();
        await fixture.Get<JobStore>().ClaimRunAsync(job, "dead", JobRun.Timer, ignoreSpacing: false, died, CancellationToken.None);
        await ClaimAsync(fixture, died);

        while ((await fixture.TaskAsync(id)).Status != "completed" && fixture.Clock.GetUtcNow() - died < TimeSpan.FromMinutes(5))
        {
            fixture.Clock.Advance(TimeSpan.FromSeconds(5));
            await fixture.Get<JobRunner>().TickAsync(FulfillmentJob.Id, CancellationToken.None);
        }

        Assert.That((await fixture.TaskAsync(id)).CompletedAt - died, Is.LessThan(TimeSpan.FromSeconds(90)));
    }

    [Test]
    public async Task A_worker_whose_clock_is_an_hour_ahead_causes_no_second_effect()
    {
        var begun = new TaskCompletionSource();
        var finish = new TaskCompletionSource();
        await using var fixture = await FulfillmentFixture.CreateAsync(new ScriptedGateway(async (_, _) =>
        {
            begun.TrySetResult();
            await finish.Task;
            return new ExecutionOutcome.Succeeded("{}");
        }));
        var id = await fixture.Given.ATaskAsync();
        var ahead = new ScriptedGateway();
        await using var other = FulfillmentFixture.Build(
            fixture.ConnectionString, new FixedClock(fixture.Clock.GetUtcNow().AddHours(1)), ahead, null);

        var run = fixture.RunWorkerAsync();
        await begun.Task;
        var taken = await other.GetRequiredService<FulfillmentWorker>().RunAsync("ahead", CancellationToken.None);
        finish.SetResult();
        var report = await run;

        Assert.That((taken.Processed, report.Processed, report.Late), Is.EqualTo((1, 0, 1)), "it counts once");
        Assert.That(ahead.Seen.Single().Id, Is.EqualTo(id), "under the same idempotency key, the task's id");
        Assert.That((await fixture.TaskAsync(id)).Status, Is.EqualTo("completed"));
        await ReadAsync(other);
        Assert.That((await ReadAsync(fixture.Services)).TasksProcessed, Is.EqualTo(1));
    }

    [Test]
    public async Task A_lease_written_by_a_wrong_clock_blocks_nothing()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(new ScriptedGateway());
        var order = await fixture.Given.AnOrderAsync();
        var id = await fixture.Given.ATaskAsync(await fixture.Given.AnItemAsync(order));
        await ClaimAsync(fixture, fixture.Clock.GetUtcNow().AddYears(1));

        var report = await fixture.RunWorkerAsync();

        var task = await fixture.TaskAsync(id);
        Assert.That((report.Rescued, task.Status, task.Rescues), Is.EqualTo((1, "completed", 0)));
        Assert.That(await fixture.ScalarAsync<long>("select count(*) from fulfillment_claim"), Is.Zero);
        Assert.That(await fixture.OrderStatusAsync(order), Is.EqualTo("completed"));
    }

    [Test]
    public async Task Setting_the_clock_back_stops_no_worker()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(new ScriptedGateway());
        await RegisterAsync(fixture);
        var runner = fixture.Get<JobRunner>();
        await fixture.Given.ATaskAsync();
        await runner.TickAsync(FulfillmentJob.Id, CancellationToken.None);

        fixture.Clock.MoveTo(fixture.Clock.GetUtcNow().AddHours(-6));
        var id = await fixture.Given.ATaskAsync();
        var outcome = await runner.TickAsync(FulfillmentJob.Id, CancellationToken.None);

        Assert.That(outcome, Is.TypeOf<JobOutcome.Completed>());
        Assert.That((await fixture.TaskAsync(id)).Status, Is.EqualTo("completed"));
    }

    /// <summary>Reading first flushes what this instance has counted.</summary>
    private static Task<WorkerStats> ReadAsync(IServiceProvider instance) =>
        instance.GetRequiredService<WorkerMetrics>().ReadFiguresAsync(CancellationToken.None);

    private static Task RegisterAsync(FulfillmentFixture fixture) =>
        fixture.Get<JobStore>().RegisterAsync([FulfillmentJob.Id], CancellationToken.None);

    private static Task<IReadOnlyList<ClaimedTask>> ClaimAsync(FulfillmentFixture fixture, DateTimeOffset now) =>
        fixture.Get<TaskQueueStore>().ClaimDueAsync(Guid.NewGuid(), "dead", 25, now, Lease, CancellationToken.None);
}
