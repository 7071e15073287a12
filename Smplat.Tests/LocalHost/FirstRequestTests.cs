using System.Text.Json;
using Smplat.LocalHost;

namespace Smplat.Tests.LocalHost;

public sealed class FirstRequestTests
{
    [Test]
    public void The_printed_request_goes_to_this_app_and_carries_an_order()
    {
        var curl = FirstRequest.Curl(new Uri("http://localhost:7099/"));
        var body = curl[(curl.IndexOf("-d '", StringComparison.Ordinal) + 4)..^1];

        using var order = JsonDocument.Parse(body);

        Assert.That(curl, Does.Contain(" http://localhost:7099/functions/v1/loopgpt_route_order "));
        Assert.That(order.RootElement.GetProperty("items").GetArrayLength(), Is.EqualTo(1));
        Assert.That(order.RootElement.GetProperty("shippingAddress").GetProperty("postalCode").GetString(), Is.EqualTo("94102"));
    }
}
