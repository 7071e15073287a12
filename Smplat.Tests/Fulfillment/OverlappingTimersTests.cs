using System.Text;
using Smplat.FakeVendors.FulfillmentProvider;
using Smplat.Tests.Support;

namespace Smplat.Tests.Fulfillment;

/// <summary>Two instances of the app whose timers fire at the same time repeatedly, while operators run the worker manually.</summary>
[NonParallelizable]
public sealed class OverlappingTimersTests
{
    private const int Tasks = 200;

    [Test]
    public async Task Each_task_runs_once()
    {
        await using var provider = new FakeFulfillmentProvider(TimeProvider.System);
        await provider.StartAsync(CancellationToken.None);
        await using var database = await TestDatabase.CreateAsync();
        var settings = new Dictionary<string, string>(provider.Settings)
        {
            ["SMPLAT_DATABASE"] = database.ConnectionString,
            ["FULFILLMENT_WORKER_ENABLED"] = "true",
            ["FULFILLMENT_POLL_INTERVAL_SECONDS"] = "1",
            ["FULFILLMENT_BATCH_SIZE"] = "7",
        };
        await using var one = await SmplatApp.StartAsync(settings);
        await using var two = await SmplatApp.StartAsync(settings);
        var given = new FulfillmentRows(database.DataSource, TimeProvider.System);
        for (var task = 0; task < Tasks; task++)
        {
            await given.ATaskAsync(type: "analytics_collection");
        }

        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await Task.WhenAll(
                    FireAsync(one), FireAsync(two), FireAsync(one), FireAsync(two), RunWorkerAsync(one), RunWorkerAsync(two));
                return await given.ScalarAsync<long>("select count(*) from fulfillment_tasks where status <> 'completed'") == 0;
            },
            "all tasks done",
            TimeSpan.FromMinutes(1));

        Assert.That(provider.RequestsByKey, Has.Count.EqualTo(Tasks));
        Assert.That(provider.RequestsByKey.Values, Has.All.EqualTo(1), "nobody died, so nothing was even tried twice");
        Assert.That(await given.ScalarAsync<int>("select max(attempt) from fulfillment_tasks"), Is.EqualTo(1));
    }

    /// <summary>What the host does when the timer is due.</summary>
    private static async Task FireAsync(SmplatApp app)
    {
        using var body = new StringContent("{}", Encoding.UTF8, "application/json");
        using var answer = await app.Client.PostAsync("/admin/functions/PollFulfillment", body);
        Assert.That((int)answer.StatusCode, Is.EqualTo(202));
    }

    private static async Task RunWorkerAsync(SmplatApp app)
    {
        using var answer = await app.Client.PostAsync("/api/v1/operators/fulfillment/drain", null);
        Assert.That((int)answer.StatusCode, Is.AnyOf(200, 409), await answer.Content.ReadAsStringAsync());
    }
}
