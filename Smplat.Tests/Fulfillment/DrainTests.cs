using Smplat.Core.Fulfillment;

namespace Smplat.Tests.Fulfillment;

public sealed class DrainTests
{
    [Test]
    public async Task A_due_task_is_carried_out_and_completed()
    {
        var gateway = new ScriptedGateway();
        await using var world = await FulfillmentFixture.CreateAsync(gateway);
        var id = await world.Given.ATaskAsync();

        var report = await world.DrainAsync();

        var task = await world.TaskAsync(id);
        Assert.That(report, Is.EqualTo(new WorkerReport(1, 1, 0, 0, 0, 0, 0)));
        Assert.That(task.Status, Is.EqualTo("completed"));
        Assert.That(task.Result, Is.EqualTo("""{"status": "done"}"""));
        Assert.That(task.FirstStartedAt, Is.EqualTo(world.Clock.GetUtcNow()));
        Assert.That(task.CompletedAt, Is.EqualTo(world.Clock.GetUtcNow()));
        Assert.That(gateway.Seen.Single().Attempt, Is.EqualTo(1));
    }

    [Test]
    public async Task Only_due_tasks_are_taken()
    {
        await using var world = await FulfillmentFixture.CreateAsync(new ScriptedGateway());
        var later = await world.Given.ATaskAsync(dueIn: TimeSpan.FromMinutes(1));
        var never = await world.Given.ATaskAsync();
        await world.ExecuteAsync("update fulfillment_tasks set scheduled_at = null where id = @never", new { never });

        var report = await world.DrainAsync();

        Assert.That(report.Claimed, Is.Zero);
        Assert.That((await world.TaskAsync(later)).Status, Is.EqualTo("pending"));
    }

    [TestCase(1)]
    [TestCase(100)]
    public async Task Full_batches_are_followed_by_the_next_at_once(int ackBatchSize)
    {
        var gateway = new ScriptedGateway();
        await using var world = await FulfillmentFixture.CreateAsync(gateway, new()
        {
            ["FULFILLMENT_BATCH_SIZE"] = "7",
            ["FULFILLMENT_ACK_BATCH_SIZE"] = $"{ackBatchSize}",
        });
        var item = await world.Given.AnItemAsync(await world.Given.AnOrderAsync());
        for (var i = 0; i < 60; i++)
        {
            await world.Given.ATaskAsync(item);
        }

        var report = await world.DrainAsync();

        Assert.That(report.Processed, Is.EqualTo(60));
        Assert.That(gateway.Seen.Select(task => task.Id).Distinct().Count(), Is.EqualTo(60));
        Assert.That(await world.ScalarAsync<long>("select count(*) from fulfillment_claim"), Is.Zero);
    }

    [Test]
    public async Task Never_more_tasks_run_side_by_side_than_the_setting_says()
    {
        var (running, most) = (0, 0);
        var gateway = new ScriptedGateway(async (_, _) =>
        {
            var now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            await Task.Yield();
            Interlocked.Decrement(ref running);
            return new ExecutionOutcome.Succeeded("{}");
        });
        await using var world = await FulfillmentFixture.CreateAsync(gateway, new() { ["FULFILLMENT_PARALLELISM"] = "3" });
        for (var i = 0; i < 25; i++)
        {
            await world.Given.ATaskAsync();
        }

        await world.DrainAsync();

        Assert.That(most, Is.InRange(1, 3));
    }

    [Test]
    public async Task Two_workers_side_by_side_take_each_task_once()
    {
        var gateway = new ScriptedGateway();
        await using var world = await FulfillmentFixture.CreateAsync(gateway, new() { ["FULFILLMENT_BATCH_SIZE"] = "5" });
        var item = await world.Given.AnItemAsync(await world.Given.AnOrderAsync());
        for (var i = 0; i < 100; i++)
        {
            await world.Given.ATaskAsync(item);
        }

        var reports = await Task.WhenAll(
            Enumerable.Range(1, 4).Select(number => Task.Run(() => world.DrainAsync($"worker-{number}"))));

        Assert.That(reports.Sum(report => report.Processed), Is.EqualTo(100));
        Assert.That(gateway.Seen, Has.Count.EqualTo(100));
    }

    [Test]
    public async Task An_exception_out_of_the_gateway_counts_as_a_failure_that_may_pass()
    {
        await using var world = await FulfillmentFixture.CreateAsync(
            new ScriptedGateway((_, _) => throw new InvalidOperationException("password=hunter2 is wrong")));
        var id = await world.Given.ATaskAsync();

        var report = await world.DrainAsync();

        var task = await world.TaskAsync(id);
        Assert.That(report.Retried, Is.EqualTo(1));
        Assert.That(task.Status, Is.EqualTo("pending"));
        Assert.That(task.ErrorMessage, Does.Not.Contain("hunter2"));
    }

    [Test]
    public async Task A_stop_gives_back_what_was_not_begun_and_what_does_not_finish_in_time()
    {
        using var stop = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        var gateway = new ScriptedGateway(async (_, token) =>
        {
            begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
            return new ExecutionOutcome.Succeeded("{}");
        });
        await using var world = await FulfillmentFixture.CreateAsync(gateway, new()
        {
            ["FULFILLMENT_PARALLELISM"] = "1",
            ["FULFILLMENT_STOP_GRACE_SECONDS"] = "0",
        });
        Guid[] ids = [await world.Given.ATaskAsync(), await world.Given.ATaskAsync(), await world.Given.ATaskAsync()];

        var run = world.Get<FulfillmentWorker>().RunAsync("worker-1", stop.Token);
        await begun.Task;
        await stop.CancelAsync();
        var report = await run;

        Assert.That(report.GivenBack, Is.EqualTo(3));
        foreach (var id in ids)
        {
            var task = await world.TaskAsync(id);
            Assert.That((task.Status, task.LeaseOwner, task.RetryCount), Is.EqualTo(("pending", (string?)null, 0)));
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
