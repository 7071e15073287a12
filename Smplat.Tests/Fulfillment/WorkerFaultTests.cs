using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Smplat.Core.Fulfillment;
using Smplat.Core.Platform.Database;
using Smplat.FakeVendors.FulfillmentProvider;
using Smplat.FakeVendors.Hosting;
using Smplat.Tests.Support;

namespace Smplat.Tests.Fulfillment;

/// <summary>
/// Faults while tasks run. No task may be lost, and the provider must see one key per task, so that nothing takes effect twice.
/// </summary>
[NonParallelizable]
public sealed class WorkerFaultTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    /// <summary>SMPLAT_FAULT_KILLS=100 for the long form.</summary>
    private static int Kills =>
        int.TryParse(new ConfigurationBuilder().AddEnvironmentVariables().Build()["SMPLAT_FAULT_KILLS"], out var kills) ? kills : 15;

    [Test]
    public async Task Workers_killed_again_and_again_lose_nothing()
    {
        var (kills, tasks) = (Kills, Kills * 40);
        await using var provider = await StartProviderAsync();
        await using var database = await TestDatabase.CreateAsync();
        var given = new FulfillmentRows(database.DataSource, TimeProvider.System);
        await FillAsync(given, tasks);
        var settings = Settings(provider, leaseSeconds: 3);
        settings["SMPLAT_DATABASE"] = database.ConnectionString;
        using var workers = new WorkerPool(3, settings);

        var watch = Stopwatch.StartNew();
        var hit = 0;
        for (var kill = 0; kill < kills; kill++)
        {
            // Some work is done between two kills, so that they hit workers in the middle of it.
            var before = provider.RequestsByKey.Count;
            await workers.UntilAsync(async () => provider.RequestsByKey.Count > before || await OpenAsync(given) == 0, "work between two kills");
            hit += await OpenAsync(given) > 0 ? 1 : 0;
            await workers.ReplaceAsync(kill);
        }

        await workers.UntilAsync(() => IsOverAsync(given), "all tasks to end and all claims to be settled");

        var rescues = await given.ScalarAsync<long>("select sum(rescues) from fulfillment_tasks");
        TestContext.Progress.WriteLine(
            $"{kills} workers killed, {hit} of them with work left; {tasks} tasks done in {watch.Elapsed.TotalSeconds:0} s, {rescues} taken over, {provider.RequestsByKey.Values.Sum() - tasks} calls repeated.");
        Assert.That(rescues, Is.Positive, "the deaths hit tasks that were under way");
        await AssertAllDoneAsync(given, provider, tasks);
        Assert.That(
            await given.ScalarAsync<long>("select count(*) from checkout_orchestrations where stage_status = 'completed'"),
            Is.EqualTo(tasks / 4),
            "checkouts go along with their orders, whoever did the work");
    }

    [Test]
    public async Task A_restart_and_a_crash_of_Postgres_lose_nothing()
    {
        await using var provider = await StartProviderAsync();
        await using var postgres = await TestPostgres.StartOwnAsync();
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString());
        await new Migrator(source, Microsoft.Extensions.Logging.Abstractions.NullLogger<Migrator>.Instance).MigrateAsync(CancellationToken.None);
        var given = new FulfillmentRows(source, TimeProvider.System);
        const int Tasks = 300;
        await FillAsync(given, Tasks);

        await WorkWhileAsync(postgres.ConnectionString(), provider, given, async () =>
        {
            await SomeWorkAsync(provider, given);
            await postgres.RestartAsync();
            await SomeWorkAsync(provider, given);
            await postgres.KillAsync();
            await postgres.StartAsync();
        });

        await AssertAllDoneAsync(given, provider, Tasks);
    }

    [Test]
    public async Task A_stream_of_broken_connections_loses_nothing()
    {
        await using var provider = await StartProviderAsync();
        await using var database = await TestDatabase.CreateAsync();
        var given = new FulfillmentRows(database.DataSource, TimeProvider.System);
        const int Tasks = 300;
        await FillAsync(given, Tasks);

        await WorkWhileAsync(database.ConnectionString, provider, given, async () =>
        {
            for (var i = 0; i < 30 && await OpenAsync(given) > 0; i++)
            {
                await SomeWorkAsync(provider, given);
                await given.ExecuteAsync(
                    """
                    select pg_terminate_backend(pid) from pg_stat_activity
                    where datname = current_database() and application_name = 'smplat' and pid <> pg_backend_pid()
                    """);
            }
        });

        await AssertAllDoneAsync(given, provider, Tasks);
    }

    /// <summary>Two concurrent workers, each with its own lease owner, that restart whenever they fail.</summary>
    private static async Task WorkWhileAsync(
        string database, FakeFulfillmentProvider provider, FulfillmentRows given, Func<Task> breakThings)
    {
        using var stop = new CancellationTokenSource();
        var workers = Enumerable.Range(0, 2).Select(_ => Task.Run(() => WorkAsync(database, provider, stop.Token))).ToArray();
        await breakThings();
        await Eventually.BecomesTrueAsync(() => IsOverAsync(given), "all tasks to end and all claims to be settled", Patience);
        await stop.CancelAsync();
        await Task.WhenAll(workers);
    }

    private static async Task WorkAsync(string database, FakeFulfillmentProvider provider, CancellationToken cancellationToken)
    {
        var settings = Settings(provider, leaseSeconds: 3).ToDictionary(entry => entry.Key, entry => (string?)entry.Value);
        await using var services = FulfillmentFixture.Build(database, TimeProvider.System, null, settings);
        var worker = (FulfillmentWorker)services.GetService(typeof(FulfillmentWorker))!;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await worker.RunAsync(Guid.NewGuid().ToString("N"), cancellationToken);
            }
            catch (Exception exception) when (DatabaseErrors.IsOutage(exception))
            {
                TestContext.Progress.WriteLine($"The worker restarts: {exception.Message}");
            }

            await Task.Delay(200, CancellationToken.None);
        }
    }

    private static Task SomeWorkAsync(FakeFulfillmentProvider provider, FulfillmentRows given)
    {
        var before = provider.RequestsByKey.Count;
        return Eventually.BecomesTrueAsync(
            async () => provider.RequestsByKey.Count > before || await IsOverAsync(given), "some work", Patience);
    }

    private static async Task<bool> IsOverAsync(FulfillmentRows given)
    {
        try
        {
            return await OpenAsync(given) == 0 && await given.ScalarAsync<long>("select count(*) from fulfillment_claim") == 0;
        }
        catch (Exception exception) when (DatabaseErrors.IsOutage(exception))
        {
            return false;
        }
    }

    private static async Task AssertAllDoneAsync(FulfillmentRows given, FakeFulfillmentProvider provider, int tasks)
    {
        Assert.That(
            await given.ScalarAsync<string>("select string_agg(distinct status, ',') from fulfillment_tasks"), Is.EqualTo("completed"));
        Assert.That(await given.ScalarAsync<string>("select string_agg(distinct status, ',') from orders"), Is.EqualTo("completed"));
        Assert.That(provider.WithoutKey, Is.Zero);
        Assert.That(provider.RequestsByKey, Has.Count.EqualTo(tasks), "one key, and so one effect, for each task");
        Assert.That(
            await given.ScalarAsync<long>(
                "select count(*) from fulfillment_tasks where id::text = any(@keys)", new { keys = provider.RequestsByKey.Keys.ToArray() }),
            Is.EqualTo(tasks));
    }

    private static Task<long> OpenAsync(FulfillmentRows given) => given.ScalarAsync<long>(
        "select count(*) from fulfillment_tasks where status in ('pending', 'in_progress')")!;

    private static async Task FillAsync(FulfillmentRows given, int tasks)
    {
        await given.ExecuteAsync(
            """
            with made as (
                insert into orders (id, order_number, status)
                select gen_random_uuid(), 'F' || number, 'processing' from generate_series(1, @orders) as number
                returning id
            ),
            items as (
                insert into order_items (id, order_id, product_title, unit_price, total_price)
                select gen_random_uuid(), id, 'A', 1, 1 from made
                returning id
            )
            insert into fulfillment_tasks (id, order_item_id, ordinal, task_type, title, scheduled_at)
            select gen_random_uuid(), items.id, number, 'content_promotion', 'A task', now()
            from items cross join generate_series(1, 4) as number
            """,
            new { orders = tasks / 4 });
    }

    private static async Task<FakeFulfillmentProvider> StartProviderAsync()
    {
        var provider = new FakeFulfillmentProvider(TimeProvider.System);
        await provider.StartAsync(CancellationToken.None);
        // Long enough that something is always in progress.
        provider.Faults.Always(new Fault.Latency(TimeSpan.FromMilliseconds(40)), "/");
        return provider;
    }

    private static Dictionary<string, string> Settings(FakeFulfillmentProvider provider, int leaseSeconds) => new(provider.Settings)
    {
        ["FULFILLMENT_WORKER_ENABLED"] = "true",
        ["FULFILLMENT_LEASE_SECONDS"] = $"{leaseSeconds}",
        ["FULFILLMENT_POLL_INTERVAL_SECONDS"] = "1",
        ["FULFILLMENT_BATCH_SIZE"] = "10",
        ["FULFILLMENT_PARALLELISM"] = "4",
        ["FULFILLMENT_MAX_RESCUES"] = "1000",
        ["SMPLAT_ENVIRONMENT"] = "local",
    };
}
