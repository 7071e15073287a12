using System.Net.Http.Json;
using System.Text.Json;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Observability;
using Smplat.FakeVendors;
using Smplat.Tests.Support;

namespace Smplat.Tests.Commerce.Providers;

/// <summary>The durable answer to "audit all API calls".</summary>
public sealed class VendorAuditTests
{
    [Test]
    public async Task Every_call_is_counted_with_its_result_and_refused_keys_raise_the_alert_counter()
    {
        await using var vendors = await FakeVendorSet.StartAsync(CancellationToken.None);
        await using var app = await SmplatApp.StartAsync(vendors.Settings);
        await RouteAsync(app, "Brown Rice");
        vendors.Walmart.RejectEveryone = true;
        await RouteAsync(app, "Bananas");

        using var answer = await app.Client.GetAsync("/api/v1/operators/commerce/vendor-calls");
        var report = await answer.Content.ReadFromJsonAsync<JsonElement>();

        var sent = vendors.Vendors.Sum(vendor => vendor.Calls.All.Count);
        Assert.That(report.GetProperty("calls").GetInt64(), Is.EqualTo(sent), report.GetRawText());
        Assert.That(report.GetProperty("credential_failures").GetInt64(), Is.GreaterThanOrEqualTo(1));
        var search = report.GetProperty("endpoints").EnumerateArray().Single(entry =>
            entry.GetProperty("provider_id").GetString() == "WALMART_API" && entry.GetProperty("endpoint").GetString() == "search");
        Assert.That(search.GetProperty("statuses").GetProperty("401").GetInt64(), Is.GreaterThanOrEqualTo(1));
        var counters = (DurableCounters)app.Services.GetService(typeof(DurableCounters))!;
        var alert = await counters.ReadAsync(VendorCallLedger.CredentialCounter, default);
        Assert.That(alert.Single().Label("provider_id"), Is.EqualTo("WALMART_API"));
    }

    [Test]
    public async Task Two_instances_add_to_the_same_hour()
    {
        await using var db = await TestDatabase.CreateAsync();
        var clock = new FixedClock();
        var store = new VendorCallStore(db.DataSource);
        var counters = new DurableCounters(new CounterStore(db.DataSource), Microsoft.Extensions.Logging.Abstractions.NullLogger<DurableCounters>.Instance);
        using var one = new VendorCallLedger(store, counters, clock);
        using var other = new VendorCallLedger(store, counters, clock);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(async number =>
        {
            var ledger = number % 2 == 0 ? one : other;
            ledger.Book(ProviderId.KrogerApi, "products", 200, TimeSpan.FromMilliseconds(10));
            await ledger.FlushAsync(default);
        }));

        var row = (await one.ReadAsync(clock.GetUtcNow(), default)).Single();

        Assert.That((row.Calls, row.LatencyMs, row.StatusClass), Is.EqualTo((40L, 400L, "2xx")));
    }

    [Test]
    public async Task An_unavailable_database_loses_no_call()
    {
        await using var db = await TestDatabase.CreateAsync();
        var clock = new FixedClock();
        var counters = new DurableCounters(new CounterStore(db.DataSource), Microsoft.Extensions.Logging.Abstractions.NullLogger<DurableCounters>.Instance);
        await using var nowhere = Npgsql.NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Database=x;Username=x;Timeout=1");
        using var ledger = new VendorCallLedger(new VendorCallStore(nowhere), counters, clock);
        ledger.Book(ProviderId.Instacart, "links", null, TimeSpan.Zero);

        Assert.That(async () => await ledger.FlushAsync(default), Throws.InstanceOf<Npgsql.NpgsqlException>());
        Assert.That(async () => await ledger.FlushAsync(default), Throws.InstanceOf<Npgsql.NpgsqlException>(), "it is still there");
    }

    private static async Task RouteAsync(SmplatApp app, string item)
    {
        using var answer = await app.Client.PostAsJsonAsync("/functions/v1/loopgpt_route_order", new
        {
            items = new[] { new { id = "1", name = item, quantity = 1 } },
            shippingAddress = new { street = "123 Main St", city = "San Francisco", state = "CA", postalCode = "94102" },
        });
        Assert.That((int)answer.StatusCode, Is.EqualTo(200));
    }
}
