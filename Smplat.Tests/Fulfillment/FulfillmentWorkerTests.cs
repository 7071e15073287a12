using Smplat.Core.Fulfillment;

namespace Smplat.Tests.Fulfillment;

public sealed class FulfillmentWorkerTests
{
    [Test]
    public async Task A_due_task_runs_and_is_completed()
    {
        var gateway = new ScriptedGateway();
        await using var fixture = await FulfillmentFixture.CreateAsync(gateway);
        var id = await fixture.Given.ATaskAsync();

        var report = await fixture.RunWorkerAsync();

        var task = await fixture.TaskAsync(id);
        Assert.That(report, Is.EqualTo(new WorkerReport(1, 1, 0, 0, 0, 0, 0)));
        Assert.That(task.Status, Is.EqualTo("completed"));
        Assert.That(task.Result, Is.EqualTo("""{"status": "done"}"""));
        Assert.That(task.FirstStartedAt, Is.EqualTo(fixture.Clock.GetUtcNow()));
        Assert.That(task.CompletedAt, Is.EqualTo(fixture.Clock.GetUtcNow()));
        Assert.That(gateway.Seen.Single().Attempt, Is.EqualTo(1));
    }

    [Test]
    public async Task Only_due_tasks_are_claimed()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(new ScriptedGateway());
        var later = await fixture.Given.ATaskAsync(dueIn: TimeSpan.FromMinutes(1));
        var never = await fixture.Given.ATaskAsync();
        await fixture.ExecuteAsync("update fulfillment_tasks set scheduled_at = null where id = @never", new { never });

        var report = await fixture.RunWorkerAsync();

        Assert.That(report.Claimed, Is.Zero);
        Assert.That((await fixture.TaskAsync(later)).Status, Is.EqualTo("pending"));
    }

    [TestCase(1)]
    [TestCase(100)]
    public async Task Full_batches_are_followed_by_the_next_immediately(int ackBatchSize)
    {
        var gateway = new ScriptedGateway();
        await using var fixture = await FulfillmentFixture.CreateAsync(gateway, new()
        {
            ["FULFILLMENT_BATCH_SIZE"] = "7",
            ["FULFILLMENT_ACK_BATCH_SIZE"] = $"{ackBatchSize}",
        });
        var item = await fixture.Given.AnItemAsync(await fixture.Given.AnOrderAsync());
        for (var i = 0; i < 60; i++)
        {
            await fixture.Given.ATaskAsync(item);
        }

        var report = await fixture.RunWorkerAsync();

        Assert.That(report.Processed, Is.EqualTo(60));
        Assert.That(gateway.Seen.Select(task => task.Id).Distinct().Count(), Is.EqualTo(60));
        Assert.That(await fixture.ScalarAsync<long>("select count(*) from fulfillment_claim"), Is.Zero);
    }

    [Test]
    public async Task No_more_tasks_run_concurrently_than_the_setting_allows()
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
        await using var fixture = await FulfillmentFixture.CreateAsync(gateway, new() { ["FULFILLMENT_PARALLELISM"] = "3" });
        for (var i = 0; i < 25; i++)
        {
            await fixture.Given.ATaskAsync();
        }

        await fixture.RunWorkerAsync();

        Assert.That(most, Is.InRange(1, 3));
    }

    [Test]
    public async Task Two_concurrent_workers_claim_each_task_once()
    {
        var gateway = new ScriptedGateway();
        await using var fixture = await FulfillmentFixture.CreateAsync(gateway, new() { ["FULFILLMENT_BATCH_SIZE"] = "5" });
        var item = await fixture.Given.AnItemAsync(await fixture.Given.AnOrderAsync());
        for (var i = 0; i < 100; i++)
        {
            await fixture.Given.ATaskAsync(item);
        }

        var reports = await Task.WhenAll(
            Enumerable.Range(1, 4).Select(number => Task.Run(() => fixture.RunWorkerAsync($"worker-{number}"))));

        Assert.That(reports.Sum(report => report.Processed), Is.EqualTo(100));
        Assert.That(gateway.Seen, Has.Count.EqualTo(100));
    }

    [Test]
    public async Task An_exception_of_the_gateway_counts_as_a_temporary_failure()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(
            new ScriptedGateway((_, _) => throw new InvalidOperationException("password=hunter2 is wrong")));
        var id = await fixture.Given.ATaskAsync();

        var report = await fixture.RunWorkerAsync();

        var task = await fixture.TaskAsync(id);
        Assert.That(report.Retried, Is.EqualTo(1));
        Assert.That(task.Status, Is.EqualTo("pending"));
        Assert.That(task.ErrorMessage, Does.Not.Contain("hunter2"));
    }

    [Test]
    public async Task A_stop_gives_back_tasks_not_started_and_tasks_not_finished_in_time()
    {
        using var stop = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        var gateway = new ScriptedGateway(async (_, token) =>
        {
            begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
            return new ExecutionOutcome.Succeeded("{}");
        });
        await using var fixture = await FulfillmentFixture.CreateAsync(gateway, new()
        {
            ["FULFILLMENT_PARALLELISM"] = "1",
            ["FULFILLMENT_STOP_GRACE_SECONDS"] = "0",
        });
        Guid[] ids = [await fixture.Given.ATaskAsync(), await fixture.Given.ATaskAsync(), await fixture.Given.ATaskAsync()];

        var run = fixture.Get<FulfillmentWorker>().RunAsync("worker-1", stop.Token);
        await begun.Task;
        await stop.CancelAsync();
        var report = await run;

        Assert.That(report.GivenBack, Is.EqualTo(3));
        foreach (var id in ids)
        {
            var task = await fixture.TaskAsync(id);
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
