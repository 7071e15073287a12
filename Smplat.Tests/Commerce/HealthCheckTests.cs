using System.Text.Json;
using Smplat.Core.Commerce.Providers;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce;

public sealed class HealthCheckTests
{
    private const string Ask = """{"action":"health_check"}""";

    [Test]
    [Prevents("H-1")]
    public async Task In_mock_mode_every_enabled_provider_is_healthy()
    {
        await using var app = await RouterFixture.StartAsync();

        var body = await app.RouteAsync(Ask);

        Assert.That(body.GetProperty("status").GetString(), Is.EqualTo("healthy"));
        foreach (var id in ProviderIds.All)
        {
            var provider = body.GetProperty("providers").GetProperty(id.ToWire());
            Assert.That(provider.GetProperty("healthy").GetBoolean(), Is.True, id.ToWire());
            Assert.That(provider.GetProperty("latencyMs").ValueKind, Is.EqualTo(JsonValueKind.Number));
            Assert.That(provider.GetProperty("mode").GetString(), Is.EqualTo("mock"));
            Assert.That(provider.GetProperty("circuit").GetString(), Is.EqualTo("closed"));
        }
    }

    [Test]
    public async Task A_failing_provider_makes_it_degraded_and_the_status_stays_200()
    {
        var sick = new FakeGateway(ProviderId.MealMe) { Health = new ProviderHealth(false, 7, ProviderMode.Real, "Unauthorized") };
        await using var app = await RouterFixture.StartAsync([sick]);

        var body = await app.RouteAsync(Ask);

        var provider = body.GetProperty("providers").GetProperty("MEALME");
        Assert.That(body.GetProperty("status").GetString(), Is.EqualTo("degraded"));
        Assert.That(provider.GetProperty("healthy").GetBoolean(), Is.False);
        Assert.That(provider.GetProperty("error").GetString(), Is.EqualTo("Unauthorized"));
        Assert.That(provider.GetProperty("mode").GetString(), Is.EqualTo("real"));
    }

    [Test]
    public async Task A_provider_that_is_switched_off_is_not_called_and_does_not_count()
    {
        await using var app = await RouterFixture.StartAsync();
        app.Settings.Change(("LOOPGPT_ENABLE_KROGER", "false"));

        var body = await app.RouteAsync(Ask);

        Assert.That(body.GetProperty("status").GetString(), Is.EqualTo("healthy"));
        Assert.That(body.GetProperty("providers").GetProperty("KROGER_API").GetProperty("enabled").GetBoolean(), Is.False);
        Assert.That(body.GetProperty("providers").GetProperty("KROGER_API").GetProperty("healthy").GetBoolean(), Is.False);
    }
}
