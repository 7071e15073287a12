using System.Net.Http.Json;
using Smplat.FakeVendors.FulfillmentProvider;
using Smplat.FakeVendors.Hosting;
using Smplat.Tests.Support;

namespace Smplat.Tests.Operators.Drills;

/// <summary>The gate of requirements/002, as its deploy job calls it, before and after everything has gone wrong in the running app.</summary>
public sealed class DeployGateDrillTests
{
    [Test]
    public async Task The_gate_lets_an_app_at_rest_pass_and_names_every_limit_that_was_broken_since()
    {
        await using var provider = new FakeFulfillmentProvider(TimeProvider.System);
        await provider.StartAsync(CancellationToken.None);
        provider.Faults.Always(new Fault.Status(422));
        await using var drill = await DrillFixture.StartAsync(provider.Settings, new Dictionary<string, string>
        {
            ["FULFILLMENT_WORKER_ENABLED"] = "true",
            ["STRIPE_WEBHOOK_SECRET"] = "whsec_drill",
        });

        var before = await CheckAsync(drill);
        await ProvokeAsync(drill);
        await drill.ShowsAsync("smplat_fulfillment_tasks_dead_lettered_total 1");
        var after = await CheckAsync(drill);

        Assert.Multiple(() =>
        {
            Assert.That(before.ExitCode, Is.Zero, before.Output + before.Error);
            Assert.That(after.ExitCode, Is.EqualTo(1));
            Assert.That(after.Output, Does.Contain("BREACH fulfillment dead letters: 1 (limit 0)"));
            Assert.That(after.Output, Does.Contain("BREACH checkout failures: 1 (limit 0)"));
            Assert.That(after.Output, Does.Contain("BREACH webhook failures: 2 (limit 1)"));
            Assert.That(after.Output, Does.Contain("BREACH catalog searches without results: 1 (limit 0.2)"));
        });
    }

    private static async Task ProvokeAsync(DrillFixture drill)
    {
        await drill.Given.ATaskAsync();
        await drill.RunJobAsync("fulfillment-worker");
        for (var search = 0; search < 10; search++)
        {
            await drill.Client.PostAsJsonAsync("/api/v1/observability/catalog-search", new { query = "unicorn", results_count = 0 });
        }

        // No key of Stripe is set: the checkout fails.
        var order = await drill.Given.AnOrderAsync("pending");
        await drill.Given.AnItemAsync(order, await drill.Given.AProductAsync());
        await drill.Client.PostAsJsonAsync(
            "/api/v1/payments/checkout",
            new { order_id = order, success_url = "https://shop.example.com/thanks", cancel_url = "https://shop.example.com/cart" });
        await drill.TakeAwayAsync("webhook_events");
        await StripeDelivery.SendAsync(drill.Client, "evt_drill_1", "whsec_drill");
        await StripeDelivery.SendAsync(drill.Client, "evt_drill_2", "whsec_drill");
    }

    private static Task<CliRun> CheckAsync(DrillFixture drill) => CliRun.RunAsync(
    [
        "check", "observability", "--base-url", drill.Client.BaseAddress!.ToString(), "--api-key", DrillFixture.Key,
        "--max-fulfillment-dead-lettered", "0", "--max-fulfillment-failed", "1", "--max-payment-webhook-failures", "1",
        "--max-catalog-zero-results-rate", "0.2", "--catalog-min-sample-size", "10",
    ]);
}
