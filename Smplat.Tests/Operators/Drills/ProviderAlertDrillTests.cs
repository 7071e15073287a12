using System.Net;
using System.Text;
using Smplat.FakeVendors;
using Smplat.FakeVendors.Hosting;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Operators.Drills;

/// <summary>A provider that fails every call, over its real wire, until its breaker keeps it away.</summary>
public sealed class ProviderAlertDrillTests
{
    private const string Kroger = "smplat_commerce_circuit_state{provider_id=\"KROGER_API\"}";

    [Test]
    public async Task A_circuit_that_stays_open_alerts_and_the_others_do_not()
    {
        await using var world = await FakeWorld.StartAsync(CancellationToken.None);
        await using var drill = await DrillApp.StartAsync(world.Settings);
        await drill.ShowsAsync($"{Kroger} 0");
        await drill.Alerts.SeeAsync(12);
        drill.Alerts.Quiet("ProviderCircuitOpen");

        world.Kroger.Faults.Always(new Fault.Status(503));
        for (var order = 0; order < 6; order++)
        {
            await OrderAsync(drill);
        }

        await drill.ShowsAsync($"{Kroger} 2");
        await drill.Alerts.SeeAsync(9);
        drill.Alerts.Quiet("ProviderCircuitOpen");
        await drill.Alerts.SeeAsync(3);
        drill.Alerts.Fires("ProviderCircuitOpen{provider_id=\"KROGER_API\"}");
        drill.Alerts.Quiet("ProviderCircuitOpen{provider_id=\"WALMART_API\"}", "NoProvidersAvailable");

        await drill.Alerts.JudgeAsync();
    }

    private static async Task OrderAsync(DrillApp drill)
    {
        using var body = new StringContent(Baskets.One(), Encoding.UTF8, "application/json");
        var answer = await drill.Client.PostAsync("/functions/v1/loopgpt_route_order", body);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
    }
}
