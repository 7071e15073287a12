using Smplat.Core.Fulfillment;
using Smplat.Tests.Support;

namespace Smplat.Tests.Fulfillment;

public sealed class LeaseTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(45);

    [Test]
    public async Task A_crashed_workers_task_runs_again_when_its_lease_has_expired_and_not_before()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(new ScriptedGateway());
        var id = await fixture.Given.ATaskAsync();
        await ClaimAndDieAsync(fixture);

        fixture.Clock.Advance(Lease - TimeSpan.FromSeconds(1));
        Assert.That((await fixture.RunWorkerAsync("worker-2")).Claimed, Is.Zero);

        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        var report = await fixture.RunWorkerAsync("worker-2");

        var task = await fixture.TaskAsync(id);
        Assert.That((report.Rescued, report.Processed), Is.EqualTo((1, 1)));
        Assert.That((task.Status, task.Attempt, task.Rescues, task.RetryCount), Is.EqualTo(("completed", 2, 1, 0)));
    }

    [Test]
    public async Task A_late_result_changes_nothing()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(new ScriptedGateway());
        var id = await fixture.Given.ATaskAsync();
        var claimed = (await ClaimAndDieAsync(fixture)).Single();
        fixture.Clock.Advance(Lease);
        await fixture.RunWorkerAsync("worker-2");

        var late = await fixture.Get<TaskQueueStore>().CompleteAsync(
            new FinishedTask(claimed, """{"status":"late"}"""), "dead", fixture.Clock.GetUtcNow(), CancellationToken.None);
        var failure = await fixture.Get<TaskFailures>().RecordAsync(
            claimed, "dead", new ExecutionOutcome.Failed("late"), CancellationToken.None);

        Assert.That(late, Is.False);
        Assert.That(failure, Is.Null);
        Assert.That((await fixture.TaskAsync(id)).Result, Is.EqualTo("""{"status": "done"}"""));
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
        await using var fixture = await FulfillmentFixture.CreateAsync(gateway);
        var id = await fixture.Given.ATaskAsync();
        var run = fixture.RunWorkerAsync();
        await begun.Task;

        for (var i = 0; i < 6; i++)
        {
            await Eventually.BecomesTrueAsync(() => fixture.Clock.WaitingTimers > 0, "the keeper to wait for its next renewal");
            var until = await ExpiryAsync(fixture, id);
            fixture.Clock.Advance(Lease / 3);
            await Eventually.BecomesTrueAsync(async () => await ExpiryAsync(fixture, id) > until, "the lease to be renewed");
        }

        var other = await fixture.RunWorkerAsync("worker-2");
        finish.SetResult();
        var report = await run;

        Assert.That((other.Claimed, other.Rescued, report.Processed), Is.EqualTo((0, 0, 1)));
    }

    [Test]
    public async Task A_task_whose_lease_is_lost_is_canceled()
    {
        var begun = new TaskCompletionSource();
        var gateway = new ScriptedGateway(async (_, token) =>
        {
            begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
            return new ExecutionOutcome.Succeeded("{}");
        });
        await using var fixture = await FulfillmentFixture.CreateAsync(gateway);
        var id = await fixture.Given.ATaskAsync();
        var run = fixture.RunWorkerAsync();
        await begun.Task;

        await Eventually.BecomesTrueAsync(() => fixture.Clock.WaitingTimers > 0, "the keeper to wait for its next renewal");
        await fixture.ExecuteAsync("update fulfillment_tasks set lease_owner = 'other', attempt = 2 where id = @id", new { id });
        fixture.Clock.Advance(Lease / 3);
        var report = await run;

        Assert.That((report.Processed, report.GivenBack), Is.EqualTo((0, 0)));
        Assert.That((await fixture.TaskAsync(id)).LeaseOwner, Is.EqualTo("other"));
    }

    [Test]
    public async Task A_task_that_is_rescued_too_often_becomes_a_dead_letter()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(
            new ScriptedGateway(), new() { ["FULFILLMENT_MAX_RESCUES"] = "2" });
        var id = await fixture.Given.ATaskAsync();
        for (var death = 0; death < 3; death++)
        {
            await ClaimAndDieAsync(fixture);
            fixture.Clock.Advance(Lease);
            await fixture.Get<TaskRescue>().RunAsync("worker-2", new() { MaxRescues = 2 }, CancellationToken.None);
        }

        var task = await fixture.TaskAsync(id);
        Assert.That((task.Status, task.Rescues), Is.EqualTo(("failed", 3)));
        Assert.That(task.Result, Does.Contain("\"dead_letter\": true"));
    }

    [Test]
    public async Task A_crashed_workers_pending_rollup_is_carried_out()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(new ScriptedGateway());
        var order = await fixture.Given.AnOrderAsync();
        await fixture.Given.ATaskAsync(await fixture.Given.AnItemAsync(order));
        var claimed = (await ClaimAndDieAsync(fixture)).Single();
        // It crashed between the acknowledgement and the roll-up.
        await fixture.Get<TaskQueueStore>().CompleteAsync(
            new FinishedTask(claimed, "{}"), "dead", fixture.Clock.GetUtcNow(), CancellationToken.None);
        Assert.That(await fixture.OrderStatusAsync(order), Is.EqualTo("processing"));

        fixture.Clock.Advance(Lease);
        await fixture.RunWorkerAsync("worker-2");

        Assert.That(await fixture.OrderStatusAsync(order), Is.EqualTo("completed"));
        Assert.That(await fixture.ScalarAsync<long>("select count(*) from fulfillment_claim"), Is.Zero);
    }

    private static Task<IReadOnlyList<ClaimedTask>> ClaimAndDieAsync(FulfillmentFixture fixture) =>
        fixture.Get<TaskQueueStore>().ClaimDueAsync(
            Guid.NewGuid(), "dead", 25, fixture.Clock.GetUtcNow(), Lease, CancellationToken.None);

    private static async Task<DateTime> ExpiryAsync(FulfillmentFixture fixture, Guid id) =>
        await fixture.ScalarAsync<DateTime>("select lease_expires_at from fulfillment_tasks where id = @id", new { id });
}
