using Smplat.Core.Fulfillment;
using Smplat.Tests.Support;

namespace Smplat.Tests.Fulfillment;

public sealed class LeaseTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(45);

    [Test]
    public async Task A_dead_workers_task_runs_again_when_its_lease_has_run_out_and_not_before()
    {
        await using var world = await FulfillmentFixture.CreateAsync(new ScriptedGateway());
        var id = await world.Given.ATaskAsync();
        await ClaimAndDieAsync(world);

        world.Clock.Advance(Lease - TimeSpan.FromSeconds(1));
        Assert.That((await world.DrainAsync("worker-2")).Claimed, Is.Zero);

        world.Clock.Advance(TimeSpan.FromSeconds(1));
        var report = await world.DrainAsync("worker-2");

        var task = await world.TaskAsync(id);
        Assert.That((report.Rescued, report.Processed), Is.EqualTo((1, 1)));
        Assert.That((task.Status, task.Attempt, task.Rescues, task.RetryCount), Is.EqualTo(("completed", 2, 1, 0)));
    }

    [Test]
    public async Task A_late_result_changes_nothing()
    {
        await using var world = await FulfillmentFixture.CreateAsync(new ScriptedGateway());
        var id = await world.Given.ATaskAsync();
        var claimed = (await ClaimAndDieAsync(world)).Single();
        world.Clock.Advance(Lease);
        await world.DrainAsync("worker-2");

        var late = await world.Get<TaskQueueStore>().CompleteAsync(
            new FinishedTask(claimed, """{"status":"late"}"""), "dead", world.Clock.GetUtcNow(), CancellationToken.None);
        var failure = await world.Get<TaskFailures>().RecordAsync(
            claimed, "dead", new ExecutionOutcome.Failed("late"), CancellationToken.None);

        Assert.That(late, Is.False);
        Assert.That(failure, Is.Null);
        Assert.That((await world.TaskAsync(id)).Result, Is.EqualTo("""{"status": "done"}"""));
    }

    [Test]
    public async Task A_long_call_keeps_its_lease()
    {
        var begun = new TaskCompletionSource();
        var finish = new TaskCompletionSource();
        var gateway = new ScriptedGateway(async (_, _) =>
        {
            begun.TrySetResult();
            await finish.Task;
            return new ExecutionOutcome.Succeeded("{}");
        });
        await using var world = await FulfillmentFixture.CreateAsync(gateway);
        var id = await world.Given.ATaskAsync();
        var run = world.DrainAsync();
        await begun.Task;

        for (var i = 0; i < 6; i++)
        {
            await Eventually.BecomesTrueAsync(() => world.Clock.WaitingTimers > 0, "the keeper to wait for its next renewal");
            var until = await ExpiryAsync(world, id);
            world.Clock.Advance(Lease / 3);
            await Eventually.BecomesTrueAsync(async () => await ExpiryAsync(world, id) > until, "the lease to be renewed");
        }

        var other = await world.DrainAsync("worker-2");
        finish.SetResult();
        var report = await run;

        Assert.That((other.Claimed, other.Rescued, report.Processed), Is.EqualTo((0, 0, 1)));
    }

    [Test]
    public async Task A_task_whose_lease_is_lost_is_stopped()
    {
        var begun = new TaskCompletionSource();
        var gateway = new ScriptedGateway(async (_, token) =>
        {
            begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
            return new ExecutionOutcome.Succeeded("{}");
        });
        await using var world = await FulfillmentFixture.CreateAsync(gateway);
        var id = await world.Given.ATaskAsync();
        var run = world.DrainAsync();
        await begun.Task;

        await Eventually.BecomesTrueAsync(() => world.Clock.WaitingTimers > 0, "the keeper to wait for its next renewal");
        await world.ExecuteAsync("update fulfillment_tasks set lease_owner = 'other', attempt = 2 where id = @id", new { id });
        world.Clock.Advance(Lease / 3);
        var report = await run;

        Assert.That((report.Processed, report.GivenBack), Is.EqualTo((0, 0)));
        Assert.That((await world.TaskAsync(id)).LeaseOwner, Is.EqualTo("other"));
    }

    [Test]
    public async Task A_task_that_outlives_too_many_workers_becomes_a_dead_letter()
    {
        await using var world = await FulfillmentFixture.CreateAsync(
            new ScriptedGateway(), new() { ["FULFILLMENT_MAX_RESCUES"] = "2" });
        var id = await world.Given.ATaskAsync();
        for (var death = 0; death < 3; death++)
        {
            await ClaimAndDieAsync(world);
            world.Clock.Advance(Lease);
            await world.Get<TaskRescue>().RunAsync("worker-2", new() { MaxRescues = 2 }, CancellationToken.None);
        }

        var task = await world.TaskAsync(id);
        Assert.That((task.Status, task.Rescues), Is.EqualTo(("failed", 3)));
        Assert.That(task.Result, Does.Contain("\"dead_letter\": true"));
    }

    [Test]
    public async Task What_a_dead_workers_claim_still_owed_is_paid()
    {
        await using var world = await FulfillmentFixture.CreateAsync(new ScriptedGateway());
        var order = await world.Given.AnOrderAsync();
        await world.Given.ATaskAsync(await world.Given.AnItemAsync(order));
        var claimed = (await ClaimAndDieAsync(world)).Single();
        // It died between the acknowledgement and the roll-up.
        await world.Get<TaskQueueStore>().CompleteAsync(
            new FinishedTask(claimed, "{}"), "dead", world.Clock.GetUtcNow(), CancellationToken.None);
        Assert.That(await world.OrderStatusAsync(order), Is.EqualTo("processing"));

        world.Clock.Advance(Lease);
        await world.DrainAsync("worker-2");

        Assert.That(await world.OrderStatusAsync(order), Is.EqualTo("completed"));
        Assert.That(await world.ScalarAsync<long>("select count(*) from fulfillment_claim"), Is.Zero);
    }

    private static Task<IReadOnlyList<ClaimedTask>> ClaimAndDieAsync(FulfillmentFixture world) =>
        world.Get<TaskQueueStore>().ClaimDueAsync(
            Guid.NewGuid(), "dead", 25, world.Clock.GetUtcNow(), Lease, CancellationToken.None);

    private static async Task<DateTime> ExpiryAsync(FulfillmentFixture world, Guid id) =>
        await world.ScalarAsync<DateTime>("select lease_expires_at from fulfillment_tasks where id = @id", new { id });
}
