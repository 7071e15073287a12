using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Smplat.FakeVendors;
using Smplat.FakeVendors.Hosting;
using Smplat.Tests.Support;

namespace Smplat.Tests.Http;

public sealed class InterruptedRequestTests
{
    [Test]
    public async Task A_request_cancelled_by_the_host_is_answered_as_retryable_and_not_logged_as_a_defect()
    {
        await using var world = await FakeVendorSet.StartAsync(CancellationToken.None);
        foreach (var vendor in world.Vendors)
        {
            vendor.Faults.Always(new Fault.Hang());
        }

        var lines = new ConcurrentQueue<string>();
        await using var app = await SmplatApp.StartAsync(
            new Dictionary<string, string>(world.Settings)
            {
                ["SMPLAT_LOG_FORMAT"] = "json",
                ["LOOPGPT_ROUTER_SOFT_DEADLINE_MS"] = "10000",
            },
            log: lines.Enqueue,
            functionTimeout: "00:00:01");
        using var content = new StringContent(
            """{"items":[{"id":"1","name":"Bananas","quantity":1}],"shippingAddress":{"street":"1 Test","city":"SF","state":"CA","postalCode":"94102","country":"US"}}""",
            Encoding.UTF8, "application/json");

        using var answer = await app.Client.PostAsync("/functions/v1/loopgpt_route_order", content);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(body.RootElement.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("INTERRUPTED"));
        Assert.That(answer.Headers.RetryAfter, Is.Not.Null);
        Assert.That(lines.Where(line => line.Contains("\"event_id\":1401", StringComparison.Ordinal)), Is.Empty);
    }
}
