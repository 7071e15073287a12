using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Smplat.Tests.Platform.Observability;
using Smplat.Tests.Support;

namespace Smplat.Tests.Operators;

/// <summary>Operators suspend promotional banners and loyalty redemption, and see that storefronts heard of it.</summary>
public sealed class SurfaceTests
{
    private const string Route = "/api/v1/storefront/surfaces";

    [TestCase("PROMOTIONAL_BANNERS_ENABLED", "promotional_banners", "loyalty_redemption")]
    [TestCase("LOYALTY_REDEMPTION_ENABLED", "loyalty_redemption", "promotional_banners")]
    public async Task Storefronts_learn_of_a_suspended_surface_and_the_answer_is_counted(string setting, string suspended, string shown)
    {
        await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { [setting] = "false" });

        var answer = await app.Client.GetAsync(Route);
        var states = await answer.Content.ReadFromJsonAsync<JsonElement>();
        var told = StrictExposition.Parse(await app.Client.GetStringAsync("/api/v1/observability/prometheus"))
            .Where(sample => sample.Name == "smplat_storefront_surface_answers_total").ToArray();

        Assert.That(states.GetProperty(suspended).GetProperty("enabled").GetBoolean(), Is.False);
        Assert.That(states.GetProperty(shown).GetProperty("enabled").GetBoolean(), Is.True);
        Assert.That(answer.Headers.CacheControl?.MaxAge, Is.EqualTo(TimeSpan.FromSeconds(30)), "nobody goes on with an old answer for longer");
        Assert.That(told.Single(sample => sample.Labels["surface"] == suspended).Labels["state"], Is.EqualTo("suspended"));
        Assert.That(told.Single(sample => sample.Labels["surface"] == shown).Labels["state"], Is.EqualTo("shown"));
    }

    [Test]
    public async Task Storefronts_show_their_key()
    {
        await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { ["CHECKOUT_API_KEY"] = "key" });

        Assert.That((await app.Client.GetAsync(Route)).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }
}
