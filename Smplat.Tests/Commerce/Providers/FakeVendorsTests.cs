using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Smplat.FakeVendors;
using Smplat.Tests.Commerce.Support;
using Smplat.Tests.Support;

namespace Smplat.Tests.Commerce.Providers;

/// <summary>The settings of the fake vendors make the app use its real vendor clients.</summary>
public sealed class FakeVendorsTests
{
    [Test]
    [Prevents("D-7")]
    public async Task An_order_is_routed_over_the_real_clients_of_all_four_providers()
    {
        await using var vendors = await FakeVendorSet.StartAsync(CancellationToken.None);
        await using var app = await SmplatApp.StartAsync(vendors.Settings);

        var answer = await PostAsync(app, """
            {"items":[{"id":"1","name":"Brown Rice","quantity":2,"unit":"bag"},{"id":"2","name":"Bananas","quantity":6}],
             "shippingAddress":{"street":"123 Main St","city":"San Francisco","state":"CA","postalCode":"94102"}}
            """);

        var quotes = answer.GetProperty("alternativeQuotes").EnumerateArray().Append(answer).ToArray();
        Assert.That(quotes, Has.Length.EqualTo(4), answer.GetRawText());
        Assert.That(
            quotes.Select(quote => quote.GetProperty("pricing").GetString()), Is.EquivalentTo(new[] { "live", "live", "live", "estimated" }));
    }

    [Test]
    public async Task Their_health_is_real()
    {
        await using var vendors = await FakeVendorSet.StartAsync(CancellationToken.None);
        await using var app = await SmplatApp.StartAsync(vendors.Settings);

        var answer = await PostAsync(app, """{"action":"health_check"}""");

        var providers = answer.GetProperty("providers").EnumerateObject().Select(provider => provider.Value).ToArray();
        Assert.That(providers.Select(provider => provider.GetProperty("mode").GetString()), Is.All.EqualTo("real"));
        Assert.That(providers.Select(provider => provider.GetProperty("healthy").GetBoolean()), Is.All.True, answer.GetRawText());
    }

    private static async Task<JsonElement> PostAsync(SmplatApp app, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await app.Client.PostAsync("/functions/v1/loopgpt_route_order", content);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}
