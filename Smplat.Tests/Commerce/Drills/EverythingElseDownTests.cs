using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce.Routing;
using Smplat.FakeVendors;
using Smplat.FakeVendors.Hosting;
using Smplat.Tests.Commerce.Support;
using Smplat.Tests.Support;

namespace Smplat.Tests.Commerce.Drills;

/// <summary>The real clients over real connections, while everything that they depend on fails at once.</summary>
public sealed class EverythingElseDownTests
{
    private const string NoTables =
        "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=AAAA;TableEndpoint=http://127.0.0.1:1/a";

    [Test]
    public async Task An_order_is_routed_with_no_table_service_a_slow_database_and_one_provider_left()
    {
        await using var world = await FakeVendorSet.StartAsync(CancellationToken.None);
        await using var app = await StartAsync(world, ("LOOPGPT_ROUTER_HARD_DEADLINE_MS", "5000"));
        await SlowDownAsync(app, "0.7");
        HangAllBut(world, world.Walmart);

        var watch = Stopwatch.StartNew();
        var (status, body) = await RouteAsync(app);
        await app.Services.GetRequiredService<EdgeLog>().FlushAsync(CancellationToken.None);

        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), body.GetRawText());
        Assert.That(body.GetProperty("providerId").GetString(), Is.EqualTo("WALMART_API"));
        Assert.That(body.GetProperty("raw").GetProperty("mode").GetString(), Is.EqualTo("real"));
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(12)), "the hard deadline and the slow write");
        Assert.That(await ScalarAsync(app, "select count(*) from commerce.routing_sessions"), Is.EqualTo(1), "committed before the answer");
        Assert.That(await ScalarAsync(app, "select count(*) from edge_logs where error_code = 'TIMEOUT'"), Is.EqualTo(3));
    }

    [Test]
    public async Task A_database_too_slow_to_store_the_decision_is_a_503_and_routing_recovers()
    {
        await using var world = await FakeVendorSet.StartAsync(CancellationToken.None);
        await using var app = await StartAsync(world);
        await SlowDownAsync(app, "5");

        var (slow, refusal) = await RouteAsync(app);
        await SlowDownAsync(app, "0");
        var (well, _) = await RouteAsync(app);

        Assert.That(slow, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(refusal.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("STORAGE_UNAVAILABLE"));
        Assert.That(refusal.GetProperty("error").GetProperty("retryAfter").GetInt32(), Is.EqualTo(5));
        Assert.That(well, Is.EqualTo(HttpStatusCode.OK));
    }

    private static Task<SmplatApp> StartAsync(FakeVendorSet world, params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string>(world.Settings) { ["AzureWebJobsStorage"] = NoTables };
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }

        return SmplatApp.StartAsync(settings);
    }

    private static void HangAllBut(FakeVendorSet world, FakeVendor well)
    {
        foreach (var vendor in world.Vendors.Where(vendor => vendor != well))
        {
            vendor.Faults.Always(new Fault.Hang());
        }
    }

    /// <summary>Delays every insert of a session by this many seconds.</summary>
    private static async Task SlowDownAsync(SmplatApp app, string seconds)
    {
        await using var connection = await app.OwnDatabase!.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(new CommandDefinition(
            $$"""
            create or replace function commerce.test_slow() returns trigger language plpgsql as
            $body$ begin perform pg_sleep({{seconds}}); return null; end $body$;
            create or replace trigger test_slow before insert on commerce.routing_sessions
                for each statement execute function commerce.test_slow();
            """));
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> RouteAsync(SmplatApp app)
    {
        using var content = new StringContent(
            Baskets.Of("""{"id":"1","name":"Brown Rice","quantity":2},{"id":"2","name":"Milk"}"""), Encoding.UTF8, "application/json");
        using var response = await app.Client.PostAsync("/functions/v1/loopgpt_route_order", content);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    private static async Task<long> ScalarAsync(SmplatApp app, string sql)
    {
        await using var connection = await app.OwnDatabase!.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(sql));
    }
}
