using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Settings;
using Smplat.FakeVendors.Hosting;
using Smplat.Functions.Storage;
using Smplat.Tests.Support;

namespace Smplat.Tests.Commerce.Providers;

/// <summary>A table service that accepts the table and then fails.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class FaultyTableServiceTests
{
    private static IEnumerable<TestCaseData> Faults =>
    [
        new TestCaseData(new Fault.Hang()).SetArgDisplayNames("hangs"),
        new TestCaseData(new Fault.SlowDrip(1, TimeSpan.FromMilliseconds(300))).SetArgDisplayNames("drips"),
        new TestCaseData(new Fault.MalformedJson()).SetArgDisplayNames("half a document"),
        new TestCaseData(new Fault.OddJson()).SetArgDisplayNames("another shape"),
        new TestCaseData(new Fault.OddJson("""{"PartitionKey":"a","RowKey":"b","Value":"not base64","ExpiresAt":17,"Taken":"x"}"""))
            .SetArgDisplayNames("wrong types"),
        new TestCaseData(new Fault.OddJson("<html>login</html>")).SetArgDisplayNames("a page"),
        new TestCaseData(new Fault.Status(500)).SetArgDisplayNames("500"),
        new TestCaseData(new Fault.Status(403)).SetArgDisplayNames("403"),
        new TestCaseData(new Fault.ConnectionDrop(AfterHeaders: true)).SetArgDisplayNames("drops"),
    ];

    [TestCaseSource(nameof(Faults))]
    public async Task It_reads_as_empty_and_grants_no_quota_of_its_own(Fault fault)
    {
        await using var service = new FaultyTables();
        await service.StartAsync(default);
        var table = Table(service);
        var (cache, quota) = (new TableCache(table), new TableQuota(table, TimeProvider.System));
        await cache.ReadAsync("k", default);
        await Eventually.BecomesTrueAsync(() => service.Calls.CountOf("/Tables") > 0, "the table is asked for");
        service.Faults.Always(fault);

        var watch = System.Diagnostics.Stopwatch.StartNew();
        for (var time = 0; time < 10; time++)
        {
            await cache.WriteAsync("k", new SharedEntry([1], DateTimeOffset.UnixEpoch.AddYears(60)), default);
            Assert.That(await cache.ReadAsync("k", default), Is.Null);
            Assert.That(await quota.TakeAsync(new QuotaLimit("b", 10), 5, default), Is.Null.Or.InRange(0, 10));
        }

        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(10)), "a short time each, and skipped after some");
    }

    private static GuardedTable Table(FaultyTables service)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(service.Settings!).Build());
        services.AddSettings<StorageOptions>();
        return new GuardedTable(
            "faulty",
            services.BuildServiceProvider().GetRequiredService<IOptionsMonitor<StorageOptions>>(),
            TimeProvider.System,
            NullLogger<GuardedTable>.Instance);
    }

    private sealed class FaultyTables() : FakeVendor("tables", TimeProvider.System)
    {
        public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
        {
            ["AzureWebJobsStorage"] =
                $"DefaultEndpointsProtocol=http;AccountName=a;AccountKey=AAAA;TableEndpoint={Address.GetLeftPart(UriPartial.Authority)}/a",
        };

        protected override void Map(IEndpointRouteBuilder routes) => Microsoft.AspNetCore.Builder.EndpointRouteBuilderExtensions.Map(
            routes, "{**path}", Answer(context => Reply.Json(new { TableName = "faulty" }, HttpMethods.IsPost(context.Request.Method) ? 201 : 404)));
    }
}
