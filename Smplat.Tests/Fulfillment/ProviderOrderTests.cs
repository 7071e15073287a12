using System.Text.Json;
using Smplat.Core.Fulfillment;
using Smplat.Core.Guardrails;
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
    public async Task An_override_is_recorded_once_with_all_its_members()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync();
        var order = await AnOrderAsync(fixture, "{}");

        var outcome = await fixture.Get<FulfillmentKickoff>().RunAsync(order, CancellationToken.None);

        Assert.That(outcome, Is.EqualTo(new KickoffOutcome.KickedOff(1, 1)));
        var payload = JsonElement.Parse((await fixture.ScalarAsync<string>("select payload::text from fulfillment_provider_orders"))!);
        Assert.That(
            payload.EnumerateObject().Select(member => member.Name),
            Is.SupersetOf(new[]
            {
                "orderId", "orderItemId", "productId", "productSlug", "addOnId", "pricingMode", "requestedAmount", "fallbackDelta", "service",
                "marginTarget", "payloadTemplate", "dripPerDay", "previewQuantity", "serviceRules",
            }));
        Assert.That(payload.TryGetProperty("providerCostAmount", out _), Is.False, "nulls are left out");
        Assert.That(payload.GetProperty("payloadTemplate").GetProperty("q").GetString(), Is.EqualTo("{{ item.quantity }}"));
        Assert.That(await fixture.ScalarAsync<decimal>("select amount from fulfillment_provider_orders"), Is.EqualTo(12.50m));
    }

    [Test]
    public async Task A_provider_with_an_endpoint_is_called_after_the_commit_and_its_order_id_is_stored()
    {
        await using var provider = await StartProviderAsync();
        await using var fixture = await FulfillmentFixture.CreateAsync(settings: Open());
        var order = await AnOrderAsync(fixture, Endpoint(provider));

        await fixture.Get<FulfillmentKickoff>().RunAsync(order, CancellationToken.None);
        Assert.That(provider.Calls.All, Is.Empty);
        await DispatchAsync(fixture);

        var id = await fixture.ScalarAsync<Guid>("select id from fulfillment_provider_orders");
        Assert.That(provider.RequestsByKey.Keys, Is.EqualTo(new[] { id.ToString() }));
        Assert.That(
            await fixture.ScalarAsync<string>("select payload ->> 'providerOrderId' from fulfillment_provider_orders"), Is.EqualTo($"job-{id}"));
        Assert.That(provider.Calls.All.Single().BodyText, Does.Contain("\"rules\":[{\"id\":\"r1\"}]"), "structure stays structure");
    }

    [Test]
    public async Task A_failing_provider_is_recorded_blocks_nothing_and_is_retried()
    {
        await using var provider = await StartProviderAsync();
        provider.Faults.Next(new Fault.Status(503), 1, "/");
        await using var fixture = await FulfillmentFixture.CreateAsync(settings: Open());
        var order = await AnOrderAsync(fixture, Endpoint(provider));
        await fixture.Get<FulfillmentKickoff>().RunAsync(order, CancellationToken.None);

        await DispatchAsync(fixture);
        Assert.That(
            await fixture.ScalarAsync<string>("select payload -> 'providerResponse' ->> 'error' from fulfillment_provider_orders"),
            Does.Contain("503"));
        Assert.That(await fixture.OrderStatusAsync(order), Is.EqualTo("processing"));

        fixture.Clock.Advance(TimeSpan.FromSeconds(5));
        await DispatchAsync(fixture);
        Assert.That(
            await fixture.ScalarAsync<string>("select payload ->> 'providerOrderId' from fulfillment_provider_orders"), Does.StartWith("job-"));
    }

    [Test]
    public async Task A_paused_provider_gets_its_orders_once_it_is_resumed()
    {
        await using var provider = await StartProviderAsync();
        await using var fixture = await FulfillmentFixture.CreateAsync(settings: Open());
        await fixture.Get<FulfillmentKickoff>().RunAsync(await AnOrderAsync(fixture, Endpoint(provider)), CancellationToken.None);
        var followUps = fixture.Get<FollowUpOperations>();
        await followUps.RecordAsync(new() { ProviderId = "p1", Action = FollowUpAction.Pause }, CancellationToken.None);

        for (var minute = 0; minute < 30; minute++)
        {
            await DispatchAsync(fixture);
            fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.That(provider.Calls.All, Is.Empty);
        Assert.That(
            await fixture.ScalarAsync<string>("select status || attempts || error from notification_outbox where kind = 'provider_order'"),
            Is.EqualTo("pending0Provider p1 is paused by a guardrail follow-up."));

        await followUps.RecordAsync(new() { ProviderId = "p1", Action = FollowUpAction.Resume }, CancellationToken.None);
        fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        await DispatchAsync(fixture);
        Assert.That(provider.Calls.All, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_provider_outside_the_allowed_hosts_is_not_called()
    {
        await using var provider = await StartProviderAsync();
        await using var fixture = await FulfillmentFixture.CreateAsync();
        await fixture.Get<FulfillmentKickoff>().RunAsync(await AnOrderAsync(fixture, Endpoint(provider)), CancellationToken.None);

        await DispatchAsync(fixture);

        Assert.That(provider.Calls.All, Is.Empty);
        Assert.That(
            await fixture.ScalarAsync<string>("select payload -> 'providerResponse' ->> 'error' from fulfillment_provider_orders"),
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

    private static async Task<Guid> AnOrderAsync(FulfillmentFixture fixture, string metadata)
    {
        await fixture.ExecuteAsync("insert into fulfillment_provider (id, name, metadata) values ('p1', 'Provider', @metadata::jsonb)", new { metadata });
        await fixture.ExecuteAsync(
            "insert into fulfillment_service (id, provider_id, name, action, default_currency) values ('svc-1', 'p1', 'Service', 'boost', 'EUR')");
        var order = await fixture.Given.AnOrderAsync("pending");
        await fixture.Given.AnItemAsync(order, await fixture.Given.AProductAsync(), selectedOptions: AddOns);
        return order;
    }

    private static async Task DispatchAsync(FulfillmentFixture fixture)
    {
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        await fixture.Get<InternalOutboxJob>().RunAsync(
            new JobRun(Guid.NewGuid(), "test", 1, fixture.Clock.GetUtcNow()), CancellationToken.None);
    }
}
