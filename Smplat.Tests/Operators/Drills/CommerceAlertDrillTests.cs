using System.Net;
using System.Text;
using Smplat.FakeVendors;
using Smplat.FakeVendors.Hosting;
using Smplat.Tests.Commerce.Support;
using Smplat.Tests.Support;

namespace Smplat.Tests.Operators.Drills;

/// <summary>Thresholds of requirements/004, with vendors that fail over their real wire.</summary>
public sealed class CommerceAlertDrillTests
{
    private const string Kroger = "provider_id=\"KROGER_API\"";

    [Test]
    public async Task A_circuit_that_stays_open_alerts_and_the_others_do_not()
    {
        await using var world = await FakeVendorSet.StartAsync(CancellationToken.None);
        await using var drill = await DrillFixture.StartAsync(world.Settings);
        await drill.ShowsAsync($"smplat_commerce_circuit_state{{{Kroger}}} 0");
        await drill.Alerts.SeeAsync(12);
        drill.Alerts.Quiet("ProviderCircuitOpen");

        world.Kroger.Faults.Always(new Fault.Status(503));
        await OrderAsync(drill, 6, HttpStatusCode.OK);
        await drill.ShowsAsync($"smplat_commerce_circuit_state{{{Kroger}}} 2");
        await drill.Alerts.SeeAsync(9);
        drill.Alerts.Quiet("ProviderCircuitOpen");
        await drill.Alerts.SeeAsync(3);
        drill.Alerts.Fires($"ProviderCircuitOpen{{{Kroger}}}");
        drill.Alerts.Quiet("ProviderCircuitOpen{provider_id=\"WALMART_API\"}", "NoProvidersAvailable");

        await drill.Alerts.JudgeAsync();
    }

    [Test]
    public async Task With_every_provider_down_orders_and_providers_page()
    {
        await using var world = await FakeVendorSet.StartAsync(CancellationToken.None);
        await using var drill = await DrillFixture.StartAsync(world.Settings);
        await drill.Alerts.SeeAsync(6);
        drill.Alerts.Quiet("NoProvidersAvailable", "OrdersAllFail", "RouterErrorRate", "ProviderApiDown");

        foreach (var vendor in world.Vendors)
        {
            vendor.Faults.Always(new Fault.Status(503));
        }

        await OrderAsync(drill, 21, HttpStatusCode.ServiceUnavailable);
        await drill.ShowsAsync("loopgpt_router_failures_total 21");
        await drill.ShowsAsync("loopgpt_router_recent_requests 21");
        await drill.Alerts.SeeAsync(4);
        drill.Alerts.Fires("OrdersAllFail{impact=\"checkout\"}");
        drill.Alerts.Quiet("NoProvidersAvailable", "RouterErrorRate", "ProviderApiDown");
        await drill.Alerts.SeeAsync(2);
        drill.Alerts.Fires("NoProvidersAvailable{impact=\"checkout\"}");
        await drill.Alerts.SeeAsync(5);
        drill.Alerts.Fires("RouterErrorRate", $"ProviderApiDown{{{Kroger}}}");

        await drill.Alerts.JudgeAsync();
    }

    [Test]
    public async Task A_provider_that_fails_more_than_a_tenth_of_its_quotes_alerts_and_does_not_page()
    {
        await using var world = await FakeVendorSet.StartAsync(CancellationToken.None);
        await using var drill = await DrillFixture.StartAsync(world.Settings);
        await OrderAsync(drill, 10, HttpStatusCode.OK);
        await drill.ShowsAsync($"loopgpt_provider_recent_quotes{{{Kroger}}} 10");
        await drill.Alerts.SeeAsync(16);
        drill.Alerts.Quiet("ProviderErrorRate");

        world.Kroger.Faults.Always(new Fault.Status(503));
        await OrderAsync(drill, 4, HttpStatusCode.OK, Baskets.Of("""{"id":"2","name":"Milk","quantity":1,"unit":"pcs"}"""));
        await drill.ShowsAsync($"loopgpt_provider_recent_quotes{{{Kroger}}} 14");
        await drill.Alerts.SeeAsync(14);
        drill.Alerts.Quiet("ProviderErrorRate");
        await drill.Alerts.SeeAsync(2);
        drill.Alerts.Fires($"ProviderErrorRate{{{Kroger}}}");
        drill.Alerts.Quiet("ProviderApiDown", "ProviderCircuitOpen");

        await drill.Alerts.JudgeAsync();
    }

    [Test]
    public async Task A_provider_that_refuses_the_credentials_alerts_at_the_first_refusal()
    {
        await using var world = await FakeVendorSet.StartAsync(CancellationToken.None);
        await using var drill = await DrillFixture.StartAsync(world.Settings);
        await drill.Alerts.SeeAsync(16);
        drill.Alerts.Quiet("ProviderCredentialFailures");

        world.Kroger.Faults.Always(new Fault.Status(401));
        await OrderAsync(drill, 1, HttpStatusCode.OK);
        await drill.ShowsAsync($"smplat_vendor_credential_failures_total{{{Kroger}}} 1");
        await drill.Alerts.SeeAsync(1);
        drill.Alerts.Fires($"ProviderCredentialFailures{{{Kroger}}}");

        await drill.Alerts.JudgeAsync();
    }

    [Test]
    public async Task A_storefront_that_sends_no_orders_alerts_by_the_hour_of_the_day()
    {
        // Promtool begins at 00:00 UTC, within the peak, which ends at 03:00.
        await using var drill = await DrillFixture.StartAsync();
        await drill.Alerts.SeeAsync(30);
        drill.Alerts.Quiet("RequestVolumeLowPeak", "RequestVolumeLowOffPeak");
        await drill.Alerts.SeeAsync(40);
        drill.Alerts.Fires("RequestVolumeLowPeak");
        drill.Alerts.Quiet("RequestVolumeLowOffPeak");
        await drill.Alerts.SeeAsync(120);
        drill.Alerts.Fires("RequestVolumeLowOffPeak");
        drill.Alerts.Quiet("RequestVolumeLowPeak");

        await drill.Alerts.JudgeAsync();
    }

    [Test]
    public async Task A_provider_that_gets_nearly_all_orders_alerts_after_an_hour()
    {
        await using var world = await FakeVendorSet.StartAsync(CancellationToken.None);
        await using var drill = await DrillFixture.StartAsync(world.Settings, new Dictionary<string, string>
        {
            ["LOOPGPT_ENABLE_KROGER"] = "false",
            ["LOOPGPT_ENABLE_INSTACART"] = "false",
            ["LOOPGPT_ENABLE_MEALME"] = "false",
        });
        await drill.Alerts.SeeAsync(5);
        await OrderAsync(drill, 20, HttpStatusCode.OK);
        await drill.ShowsAsync("loopgpt_provider_recent_selections{provider_id=\"WALMART_API\"} 20");
        await drill.Alerts.SeeAsync(58);
        drill.Alerts.Quiet("ProviderSelectionSkew");
        await drill.Alerts.SeeAsync(4);
        drill.Alerts.Fires("ProviderSelectionSkew{provider_id=\"WALMART_API\"}");

        await drill.Alerts.JudgeAsync();
    }

    [Test]
    public async Task Lines_of_the_routing_log_that_are_lost_alert_and_orders_go_on()
    {
        await using var drill = await DrillFixture.StartAsync();
        await OrderAsync(drill, 1, HttpStatusCode.OK);
        await drill.Alerts.SeeAsync(16);
        drill.Alerts.Quiet("RoutingLogLoss");

        await drill.TakeAwayAsync("edge_logs");
        await OrderAsync(drill, 1, HttpStatusCode.OK);
        await Eventually.BecomesTrueAsync(
            async () => (await drill.Client.GetStringAsync("/api/v1/observability/prometheus")) is var feed
                && feed.Contains("\nsmplat_edge_log_dropped_total ", StringComparison.Ordinal)
                && !feed.Contains("\nsmplat_edge_log_dropped_total 0\n", StringComparison.Ordinal),
            "dropped lines");
        await drill.Alerts.SeeAsync(1);
        drill.Alerts.Fires("RoutingLogLoss");

        await drill.Alerts.JudgeAsync();
    }

    private static async Task OrderAsync(DrillFixture drill, int orders, HttpStatusCode expected, string? basket = null)
    {
        for (var order = 0; order < orders; order++)
        {
            using var body = new StringContent(basket ?? Baskets.One(), Encoding.UTF8, "application/json");
            var answer = await drill.Client.PostAsync("/functions/v1/loopgpt_route_order", body);
            Assert.That(answer.StatusCode, Is.EqualTo(expected), await answer.Content.ReadAsStringAsync());
        }
    }
}
