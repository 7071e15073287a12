using System.Net;
using System.Text.Json;

namespace Smplat.Tests.Onboarding;

/// <summary>POST /api/v1/analytics/onboarding-events and its alias.</summary>
public sealed class OnboardingEventTests
{
    private OnboardingFixture _api = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _api = await OnboardingFixture.StartAsync();

    [OneTimeTearDown]
    public ValueTask StopAsync() => _api.DisposeAsync();

    [TestCase("/api/v1/analytics/onboarding-events")]
    [TestCase("/api/analytics/onboarding-events")]
    public async Task Each_type_of_event_changes_the_journey(string path)
    {
        var orderId = await _api.AnOrderAsync();

        var (_, started) = await PostAsync(path, new { eventType = "journey_started", orderId, offer = new { slug = "x" } });
        var taskId = started.GetProperty("journey").GetProperty("tasks")[0].GetProperty("id").GetGuid();
        var (_, ticked) = await PostAsync(path, new { eventType = "checklist_update", orderId, taskId, completed = true });
        var (_, copied) = await PostAsync(path, new { eventType = "referral_copied", orderId, referralCode = "R1" });
        var (_, shown) = await PostAsync(path, new
        {
            eventType = "pricing_experiment_segment",
            orderId,
            experiments = new object[]
            {
                new { slug = "price", variantKey = "a", status = "running", featureFlagKey = "flag" },
                new { slug = "price" },
                new { slug = "price", variantKey = "a", status = "paused" },
            },
        });

        Assert.That(started.GetProperty("status").GetString(), Is.EqualTo("ok"));
        Assert.That(ticked.GetProperty("task").GetProperty("status").GetString(), Is.EqualTo("completed"));
        Assert.That(copied.GetProperty("status").GetString(), Is.EqualTo("ok"));
        Assert.That(shown.GetProperty("status").GetString(), Is.EqualTo("accepted"));
        var kept = await _api.RowsAsync<(string, string)>(
            """
            select s.variant_key, s.status
            from onboarding_pricing_segment s join onboarding_journeys j on j.id = s.journey_id
            where j.order_id = @orderId
            """,
            new { orderId });
        Assert.That(kept, Is.EqualTo(new[] { ("a", "paused") }));
    }

    [TestCase("""{}""", "eventType is required")]
    [TestCase("""{"eventType":"journey_started"}""", "orderId is required")]
    [TestCase("""{"eventType":"checklist_update","orderId":"$","completed":true}""", "taskId is required")]
    [TestCase("""{"eventType":"checklist_update","orderId":"$","taskId":"$"}""", "completed is required")]
    [TestCase("""{"eventType":"referral_copied","orderId":"$"}""", "referralCode is required")]
    [TestCase("""{"eventType":"pricing_experiment_segment","orderId":"$"}""", "experiments must contain at least one entry with slug and variantKey")]
    [TestCase("""{"eventType":"pricing_experiment_segment","orderId":"$","experiments":[{"slug":"a"},7]}""", "experiments must contain at least one entry with slug and variantKey")]
    [TestCase("""{"eventType":"x"}""", "Unsupported eventType: x")]
    public async Task Missing_members_are_named_with_400(string json, string detail)
    {
        var (status, body) = await _api.SendAsync(
            HttpMethod.Post, "/api/analytics/onboarding-events", json.Replace("$", Guid.NewGuid().ToString(), StringComparison.Ordinal));

        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(body.GetProperty("detail").GetString(), Is.EqualTo(detail));
    }

    [TestCase("""{"eventType":"journey_started","orderId":"$"}""")]
    [TestCase("""{"eventType":"referral_copied","orderId":"$","referralCode":"x"}""")]
    [TestCase("""{"eventType":"checklist_update","orderId":"$","taskId":"$","completed":true}""")]
    [TestCase("""{"eventType":"pricing_experiment_segment","orderId":"$","experiments":[{"slug":"a","variantKey":"b"}]}""")]
    public async Task An_unknown_order_is_404(string json)
    {
        var (status, _) = await _api.SendAsync(
            HttpMethod.Post, "/api/v1/analytics/onboarding-events", json.Replace("$", Guid.NewGuid().ToString(), StringComparison.Ordinal));

        Assert.That(status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    private Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, object body) =>
        _api.SendAsync(HttpMethod.Post, path, JsonSerializer.Serialize(body));
}
