using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Settings;
using Smplat.Functions.Storage;
using Smplat.Tests.Support;

namespace Smplat.Tests.Commerce.Providers;

/// <summary>The table service behind the ports: what instances share, and what happens when it is unavailable.</summary>
public sealed class SharedTableTests
{
    [Test]
    public async Task One_instance_reads_what_another_has_written()
    {
        var azurite = await TestAzurite.GetAsync();
        var name = TestAzurite.NewTableName();
        var (one, other) = (new TableCache(Table(azurite, name)), new TableCache(Table(azurite, name)));
        var entry = new SharedEntry([.. Enumerable.Range(0, 200_000).Select(number => (byte)(number % 7))], DateTimeOffset.UnixEpoch.AddYears(60));

        await EventuallyWrittenAsync(one, "quote:a", entry);

        var read = await Eventually.GivesAsync(() => other.ReadAsync("quote:a", default), found => found is not null, "the other instance reads");
        Assert.That(read!.Value, Is.EqualTo(entry.Value));
        Assert.That(read.ExpiresAt, Is.EqualTo(entry.ExpiresAt));
        Assert.That(await other.ReadAsync("quote:b", default), Is.Null);
    }

    [Test]
    public async Task Only_expired_entries_are_deleted()
    {
        var azurite = await TestAzurite.GetAsync();
        var cache = new TableCache(Table(azurite, TestAzurite.NewTableName()));
        var now = new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
        for (var number = 0; number < 20; number++)
        {
            await EventuallyWrittenAsync(cache, $"old{number}", new SharedEntry([1], now.AddSeconds(-1)));
        }

        await EventuallyWrittenAsync(cache, "young", new SharedEntry([1], now.AddSeconds(1)));

        Assert.That(await cache.SweepAsync(now, default), Is.EqualTo(20));
        Assert.That(await cache.ReadAsync("old7", default), Is.Null);
        Assert.That(await cache.ReadAsync("young", default), Is.Not.Null);
    }

    [Test]
    public async Task Keys_may_contain_any_character()
    {
        var azurite = await TestAzurite.GetAsync();
        var cache = new TableCache(Table(azurite, TestAzurite.NewTableName()));
        const string key = "sku:X:/\\#?\n\u0001 ü:" + "long";

        await EventuallyWrittenAsync(cache, key, new SharedEntry([1, 2], DateTimeOffset.UnixEpoch.AddYears(60)));

        Assert.That((await cache.ReadAsync(key, default))!.Value, Is.EqualTo(new byte[] { 1, 2 }));
    }

    [Test]
    public async Task Values_that_are_too_large_are_skipped()
    {
        var azurite = await TestAzurite.GetAsync();
        var cache = new TableCache(Table(azurite, TestAzurite.NewTableName()));
        await EventuallyWrittenAsync(cache, "small", new SharedEntry([1], DateTimeOffset.UnixEpoch.AddYears(60)));
        var noise = new byte[200_000];
        new Random(7).NextBytes(noise);

        await cache.WriteAsync("big", new SharedEntry(noise, DateTimeOffset.UnixEpoch.AddYears(60)), default);

        Assert.That(await cache.ReadAsync("big", default), Is.Null);
    }

    [Test]
    public async Task Two_instances_never_grant_more_than_the_quota()
    {
        var azurite = await TestAzurite.GetAsync();
        var name = TestAzurite.NewTableName();
        var limit = new QuotaLimit("WALMART_API.all", 100);
        var stores = Enumerable.Range(0, 3).Select(_ => new TableQuota(Table(azurite, name, timeoutMs: 5000), TimeProvider.System)).ToArray();
        foreach (var store in stores)
        {
            await Eventually.GivesAsync(() => store.UsedAsync(limit.Bucket, default), used => used is not null, "the table is there");
        }

        var granted = await Task.WhenAll(
            from store in stores from turn in Enumerable.Range(0, 8) select store.TakeAsync(limit, 7, default));

        Assert.That(granted.Sum(count => count ?? 0), Is.EqualTo(await stores[0].UsedAsync(limit.Bucket, default)));
        Assert.That(granted.Sum(count => count ?? 0), Is.LessThanOrEqualTo(100));
        while (await stores[1].TakeAsync(limit, 7, default) is > 0)
        {
        }

        Assert.That(await stores[2].TakeAsync(limit, 1, default), Is.Zero);
        Assert.That(await stores[2].UsedAsync(limit.Bucket, default), Is.EqualTo(100));
    }

    [Test]
    public async Task A_stopped_table_service_reads_as_empty_and_costs_no_time_after_a_few_tries()
    {
        await using var azurite = await TestAzurite.StartOwnAsync();
        var table = Table(azurite, TestAzurite.NewTableName());
        var cache = new TableCache(table);
        var quota = new TableQuota(table, TimeProvider.System);
        await EventuallyWrittenAsync(cache, "k", new SharedEntry([1], DateTimeOffset.UnixEpoch.AddYears(60)));

        await azurite.StopAsync();
        for (var time = 0; time < 6; time++)
        {
            Assert.That(await cache.ReadAsync("k", default), Is.Null);
        }

        var watch = System.Diagnostics.Stopwatch.StartNew();
        for (var time = 0; time < 100; time++)
        {
            Assert.That(await cache.ReadAsync("k", default), Is.Null);
            Assert.That(await quota.TakeAsync(new QuotaLimit("b", 10), 1, default), Is.Null);
        }

        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(2)), "skipped, not waited for");
    }

    [TestCase("")]
    [TestCase("nonsense")]
    [TestCase("DefaultEndpointsProtocol=http;AccountName=a;AccountKey=AAAA;TableEndpoint=http://127.0.0.1:1/a")]
    public async Task A_useless_setting_means_no_cache_and_no_failure(string connection)
    {
        var cache = new TableCache(Table(connection, "t", 150));

        await cache.WriteAsync("k", new SharedEntry([1], DateTimeOffset.UnixEpoch.AddYears(60)), default);

        Assert.That(await cache.ReadAsync("k", default), Is.Null);
    }

    private static Task EventuallyWrittenAsync(TableCache cache, string key, SharedEntry entry) => Eventually.BecomesTrueAsync(
        async () =>
        {
            await cache.WriteAsync(key, entry, default);
            return await cache.ReadAsync(key, default) is not null;
        },
        "the table is there and holds the value");

    private static GuardedTable Table(TestAzurite azurite, string name, int timeoutMs = 2000) =>
        Table(azurite.ConnectionString, name, timeoutMs);

    private static GuardedTable Table(string connection, string name, int timeoutMs)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("AzureWebJobsStorage", connection),
            new("SMPLAT_TABLES_TIMEOUT_MS", timeoutMs.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ]).Build());
        services.AddSettings<StorageOptions>();
        return new GuardedTable(
            name,
            services.BuildServiceProvider().GetRequiredService<IOptionsMonitor<StorageOptions>>(),
            TimeProvider.System,
            NullLogger<GuardedTable>.Instance);
    }
}
