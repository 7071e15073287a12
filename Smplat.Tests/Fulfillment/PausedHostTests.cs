using Smplat.Core.Fulfillment;
using Smplat.FakeVendors.FulfillmentProvider;
using Smplat.FakeVendors.Hosting;

namespace Smplat.Tests.Fulfillment;

/// <summary>A provider's outage delays its tasks but uses up no retries. Over a real socket.</summary>
public sealed class PausedHostTests
{
    private const int Tasks = 40;

    [Test]
    public async Task An_outage_uses_up_the_retries_of_few_tasks_and_all_are_done_once_it_is_over()
    {
        await using var provider = new FakeFulfillmentProvider(TimeProvider.System);
        await provider.StartAsync(CancellationToken.None);
        await using var fixture = await WorldAsync(provider);
        for (var i = 0; i < Tasks; i++)
        {
            await fixture.Given.ATaskAsync(maxRetries: 1);
        }

        provider.Faults.Always(new Fault.Status(503));
        var down = await fixture.RunWorkerAsync();
        var later = await MinutesAsync(fixture, 20);
        provider.Faults.Clear();
        await MinutesAsync(fixture, 20);

        Assert.That(down.Postponed, Is.GreaterThan(Tasks / 2));
        Assert.That(down.Retried, Is.GreaterThanOrEqualTo(5).And.LessThanOrEqualTo(5 + Parallelism));
        Assert.That(later, Is.LessThanOrEqualTo(12), "trial calls only");
        var completed = await fixture.ScalarAsync<long>("select count(*) from fulfillment_tasks where status = 'completed'");
        var failed = await fixture.ScalarAsync<long>("select count(*) from fulfillment_tasks where status = 'failed'");
        Assert.That(completed + failed, Is.EqualTo(Tasks));
        Assert.That(failed, Is.LessThanOrEqualTo(12), "tasks that were trial calls twice");
    }

    [Test]
    public async Task A_task_that_waits_for_its_host_changes_only_its_scheduled_time()
    {
        await using var provider = new FakeFulfillmentProvider(TimeProvider.System);
        await provider.StartAsync(CancellationToken.None);
        await using var fixture = await WorldAsync(provider);
        provider.Faults.Always(new Fault.Status(503));
        for (var i = 0; i < 5; i++)
        {
            await fixture.Given.ATaskAsync();
        }

        await fixture.RunWorkerAsync();
        var id = await fixture.Given.ATaskAsync();
        var report = await fixture.RunWorkerAsync();

        var task = await fixture.TaskAsync(id);
        Assert.That((report.Postponed, report.Failed), Is.EqualTo((1, 0)));
        Assert.That((task.Status, task.RetryCount, task.LeaseOwner), Is.EqualTo(("pending", 0, (string?)null)));
        Assert.That(task.ScheduledAt, Is.EqualTo(fixture.Clock.GetUtcNow().AddSeconds(30)));
        Assert.That((task.FirstStartedAt, task.StartedAt), Is.EqualTo(((DateTimeOffset?)null, (DateTimeOffset?)null)));
        Assert.That(await fixture.ScalarAsync<long>("select count(*) from fulfillment_claim"), Is.Zero);
    }

    private const int Parallelism = 4;

    private static Task<FulfillmentFixture> WorldAsync(FakeFulfillmentProvider provider) =>
        FulfillmentFixture.CreateAsync(settings: new(provider.Settings.ToDictionary(entry => entry.Key, entry => (string?)entry.Value))
        {
            ["FULFILLMENT_PARALLELISM"] = $"{Parallelism}",
        });

    /// <returns>Failed attempts.</returns>
    private static async Task<int> MinutesAsync(FulfillmentFixture fixture, int minutes)
    {
        var failed = 0;
        for (var minute = 0; minute < minutes; minute++)
        {
            fixture.Clock.Advance(TimeSpan.FromMinutes(1));
            WorkerReport report = await fixture.RunWorkerAsync();
            failed += report.Failed;
        }

        return failed;
    }
}
