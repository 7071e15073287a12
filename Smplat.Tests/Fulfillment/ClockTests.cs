using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Fulfillment;
using Smplat.Core.Platform.Jobs;
using Smplat.Tests.Support;

namespace Smplat.Tests.Fulfillment;

/// <summary>Clocks that jump, and what dead workers leave behind, measured against the promise of 90 seconds.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ClockTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(45);

    [Test]
    public async Task With_the_settings_as_they_come_a_dead_workers_tasks_run_again_within_90_seconds()
    {
        await using var world = await FulfillmentFixture.CreateAsync(new ScriptedGateway());
        await RegisterAsync(world);
        var job = world.Get<FulfillmentJob>();
        var id = await world.Given.ATaskAsync();
        // It dies at the worst moment, right after its leases on job and task began.
        var died = world.Clock.GetUtcNow();
        await world.Get<JobStore>().ClaimRunAsync(job, "dead", JobRun.Timer, ignoreSpacing: false, died, CancellationToken.None);
        await ClaimAsync(world, died);

        while ((await world.TaskAsync(id)).Status != "completed" && world.Clock.GetUtcNow() - died < TimeSpan.FromMinutes(5))
        {
            world.Clock.Advance(TimeSpan.FromSeconds(5));
            await world.Get<JobRunner>().TickAsync(FulfillmentJob.Id, CancellationToken.None);
        }

        Assert.That((await world.TaskAsync(id)).CompletedAt - died, Is.LessThan(TimeSpan.FromSeconds(90)));
    }

    [Test]
    public async Task A_worker_whose_clock_runs_an_hour_ahead_makes_no_effect_twice()
    {
        var begun = new TaskCompletionSource();
        var finish = new TaskCompletionSource();
        await using var world = await FulfillmentFixture.CreateAsync(new ScriptedGateway(async (_, _) =>
        {
            begun.TrySetResult();
            await finish.Task;
            return new ExecutionOutcome.Succeeded("{}");
        }));
        var id = await world.Given.ATaskAsync();
        var ahead = new ScriptedGateway();
        await using var other = FulfillmentFixture.Build(
            world.ConnectionString, new FixedClock(world.Clock.GetUtcNow().AddHours(1)), ahead, null);

        var run = world.DrainAsync();
        await begun.Task;
        var taken = await other.GetRequiredService<FulfillmentWorker>().RunAsync("ahead", CancellationToken.None);
        finish.SetResult();
        var report = await run;

        Assert.That((taken.Processed, report.Processed, report.Late), Is.EqualTo((1, 0, 1)), "it counts once");
        Assert.That(ahead.Seen.Single().Id, Is.EqualTo(id), "under the same idempotency key, the task's id");
        Assert.That((await world.TaskAsync(id)).Status, Is.EqualTo("completed"));
        await ReadAsync(other);
        Assert.That((await ReadAsync(world.Services)).TasksProcessed, Is.EqualTo(1));
    }

    [Test]
    public async Task A_lease_that_a_wrong_clock_wrote_holds_nothing_up()
    {
        await using var world = await FulfillmentFixture.CreateAsync(new ScriptedGateway());
        var order = await world.Given.AnOrderAsync();
        var id = await world.Given.ATaskAsync(await world.Given.AnItemAsync(order));
        await ClaimAsync(world, world.Clock.GetUtcNow().AddYears(1));

        var report = await world.DrainAsync();

        var task = await world.TaskAsync(id);
        Assert.That((report.Rescued, task.Status, task.Rescues), Is.EqualTo((1, "completed", 0)));
        Assert.That(await world.ScalarAsync<long>("select count(*) from fulfillment_claim"), Is.Zero);
        Assert.That(await world.OrderStatusAsync(order), Is.EqualTo("completed"));
    }

    [Test]
    public async Task A_clock_that_is_set_back_stops_no_worker()
    {
        await using var world = await FulfillmentFixture.CreateAsync(new ScriptedGateway());
        await RegisterAsync(world);
        var runner = world.Get<JobRunner>();
        await world.Given.ATaskAsync();
        await runner.TickAsync(FulfillmentJob.Id, CancellationToken.None);

        world.Clock.MoveTo(world.Clock.GetUtcNow().AddHours(-6));
        var id = await world.Given.ATaskAsync();
        var outcome = await runner.TickAsync(FulfillmentJob.Id, CancellationToken.None);

        Assert.That(outcome, Is.TypeOf<JobOutcome.Completed>());
        Assert.That((await world.TaskAsync(id)).Status, Is.EqualTo("completed"));
    }

    /// <summary>Reading writes down what this instance has counted first.</summary>
    private static Task<WorkerStats> ReadAsync(IServiceProvider instance) =>
        instance.GetRequiredService<WorkerMetrics>().ReadFiguresAsync(CancellationToken.None);

    private static Task RegisterAsync(FulfillmentFixture world) =>
        world.Get<JobLedgerStore>().RegisterAsync([FulfillmentJob.Id], CancellationToken.None);

    private static Task<IReadOnlyList<ClaimedTask>> ClaimAsync(FulfillmentFixture world, DateTimeOffset now) =>
        world.Get<TaskQueueStore>().ClaimDueAsync(Guid.NewGuid(), "dead", 25, now, Lease, CancellationToken.None);
}
