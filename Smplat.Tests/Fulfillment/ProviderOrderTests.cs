using System.Text.Json;
using Smplat.Core.Fulfillment;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Outbox;
using Smplat.FakeVendors.FulfillmentProvider;
using Smplat.FakeVendors.Hosting;

namespace Smplat.Tests.Fulfillment;

public sealed class ProviderOrderTests
{
    private const string AddOns =
        """
        {"addOns":[
          {"id":"a1","pricingMode":"serviceOverride","serviceId":" svc-1 ","amount":"12.50","fallbackDelta":3,"marginTarget":0.2,
           "payloadTemplate":{"q":"{{ item.quantity }}"},"dripPerDay":5,"previewQuantity":10,"serviceRules":[{"id":"r1"}]},
          {"id":"a2","pricingMode":"serviceOverride","serviceId":"unknown"},
          {"id":"a3","pricingMode":"flat","serviceId":"svc-1"},
          7
        ]}
        """;

    [Test]
    public async Task An_override_is_recorded_once_with_everything_that_came()
    {
        await using var world = await FulfillmentFixture.CreateAsync();
        var order = await AnOrderAsync(world, "{}");

        var outcome = await world.Get<FulfillmentKickoff>().RunAsync(order, CancellationToken.None);

        Assert.That(outcome, Is.EqualTo(new KickoffOutcome.KickedOff(1, 1)));
        var payload = JsonElement.Parse((await world.ScalarAsync<string>("select payload::text from fulfillment_provider_orders"))!);
        Assert.That(
            payload.EnumerateObject().Select(member => member.Name),
            Is.SupersetOf(new[]
            {
                "orderId", "orderItemId", "productId", "productSlug", "addOnId", "pricingMode", "requestedAmount", "fallbackDelta", "service",
                "marginTarget", "payloadTemplate", "dripPerDay", "previewQuantity", "serviceRules",
            }));
        Assert.That(payload.TryGetProperty("providerCostAmount", out _), Is.False, "nulls are left out");
        Assert.That(payload.GetProperty("payloadTemplate").GetProperty("q").GetString(), Is.EqualTo("{{ item.quantity }}"));
        Assert.That(await world.ScalarAsync<decimal>("select amount from fulfillment_provider_orders"), Is.EqualTo(12.50m));
    }

    [Test]
    public async Task A_provider_with_an_endpoint_is_called_after_the_commit_and_its_number_kept()
    {
        await using var provider = await StartProviderAsync();
        await using var world = await FulfillmentFixture.CreateAsync(settings: Open());
        var order = await AnOrderAsync(world, Endpoint(provider));

        await world.Get<FulfillmentKickoff>().RunAsync(order, CancellationToken.None);
        Assert.That(provider.Calls.All, Is.Empty);
        await DispatchAsync(world);

        var id = await world.ScalarAsync<Guid>("select id from fulfillment_provider_orders");
        Assert.That(provider.RequestsByKey.Keys, Is.EqualTo(new[] { id.ToString() }));
        Assert.That(
            await world.ScalarAsync<string>("select payload ->> 'providerOrderId' from fulfillment_provider_orders"), Is.EqualTo($"job-{id}"));
        Assert.That(provider.Calls.All.Single().BodyText, Does.Contain("\"rules\":[{\"id\":\"r1\"}]"), "structure stays structure");
    }

    [Test]
    public async Task A_failing_provider_is_kept_on_record_stops_nothing_and_is_tried_again()
    {
        await using var provider = await StartProviderAsync();
        provider.Faults.Next(new Fault.Status(503), 1, "/");
        await using var world = await FulfillmentFixture.CreateAsync(settings: Open());
        var order = await AnOrderAsync(world, Endpoint(provider));
        await world.Get<FulfillmentKickoff>().RunAsync(order, CancellationToken.None);

        await DispatchAsync(world);
        Assert.That(
            await world.ScalarAsync<string>("select payload -> 'providerResponse' ->> 'error' from fulfillment_provider_orders"),
            Does.Contain("503"));
        Assert.That(await world.OrderStatusAsync(order), Is.EqualTo("processing"));

        world.Clock.Advance(TimeSpan.FromSeconds(5));
        await DispatchAsync(world);
        Assert.That(
            await world.ScalarAsync<string>("select payload ->> 'providerOrderId' from fulfillment_provider_orders"), Does.StartWith("job-"));
    }

    [Test]
    public async Task A_provider_outside_the_allowed_hosts_is_not_called()
    {
        await using var provider = await StartProviderAsync();
        await using var world = await FulfillmentFixture.CreateAsync();
        await world.Get<FulfillmentKickoff>().RunAsync(await AnOrderAsync(world, Endpoint(provider)), CancellationToken.None);

        await DispatchAsync(world);

        Assert.That(provider.Calls.All, Is.Empty);
        Assert.That(
            await world.ScalarAsync<string>("select payload -> 'providerResponse' ->> 'error' from fulfillment_provider_orders"),
            Does.Contain("FULFILLMENT_ALLOWED_HOSTS"));
    }

    private static string Endpoint(FakeFulfillmentProvider provider) =>
        """
        {"automation":{"endpoints":{"order":{"url":"ADDRESSorders","payload":{"rules":"{{ payload.serviceRules }}"},
         "response":{"providerOrderIdPath":"id"}}}}}
        """.Replace("ADDRESS", provider.Address.ToString(), StringComparison.Ordinal);

    private static Dictionary<string, string?> Open() => new()
    {
        ["FULFILLMENT_ALLOWED_HOSTS"] = "127.0.0.1",
        ["FULFILLMENT_ALLOW_PRIVATE_NETWORKS"] = "true",
    };

    private static async Task<FakeFulfillmentProvider> StartProviderAsync()
    {
        var provider = new FakeFulfillmentProvider(TimeProvider.System);
        await provider.StartAsync(CancellationToken.None);
        return provider;
    }

    private static async Task<Guid> AnOrderAsync(FulfillmentFixture world, string metadata)
    {
        await world.ExecuteAsync("insert into fulfillment_provider (id, name, metadata) values ('p1', 'Provider', @metadata::jsonb)", new { metadata });
        await world.ExecuteAsync(
            "insert into fulfillment_service (id, provider_id, name, action, default_currency) values ('svc-1', 'p1', 'Service', 'boost', 'EUR')");
        var order = await world.Given.AnOrderAsync("pending");
        await world.Given.AnItemAsync(order, await world.Given.AProductAsync(), selectedOptions: AddOns);
        return order;
    }

    private static async Task DispatchAsync(FulfillmentFixture world)
    {
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        await world.Get<InternalOutboxJob>().RunAsync(
            new JobRun(Guid.NewGuid(), "test", 1, world.Clock.GetUtcNow()), CancellationToken.None);
    }
}
