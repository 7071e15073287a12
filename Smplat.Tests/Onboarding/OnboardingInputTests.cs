using System.Net;
using System.Text.Json;
using Smplat.Core.Onboarding;
using Smplat.Core.Platform.Database;

namespace Smplat.Tests.Onboarding;

/// <summary>What storefronts may send, and what is kept of it.</summary>
public sealed class OnboardingInputTests
{
    private OnboardingFixture _api = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _api = await OnboardingFixture.StartAsync();

    [OneTimeTearDown]
    public ValueTask StopAsync() => _api.DisposeAsync();

    [TestCase("""{"offer":{"a":"\u0000"}}""", "offer")]
    [TestCase("""{"offer":{"a\u0000":1}}""", "offer")]
    [TestCase("""{"support":{"a":[1e999999]}}""", "support")]
    [TestCase("""{"addons":[{"a":{"b":"\u0000"}}]}""", "addons")]
    [TestCase("""{"offer":[1]}""", "offer")]
    [TestCase("""{"platformContexts":[{"id":"a"}]}""", "label")]
    public async Task Context_that_cannot_be_stored_is_422_with_its_location(string body, string member)
    {
        var (status, answer) = await _api.StartAsync(await _api.AnOrderAsync(), body);

        Assert.That(status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(answer.GetProperty("detail")[0].GetProperty("loc").EnumerateArray().Last().GetString(), Is.EqualTo(member));
    }

    [Test]
    public async Task Context_has_a_size_limit()
    {
        var (status, _) = await _api.StartAsync(await _api.AnOrderAsync(), JsonSerializer.Serialize(new { offer = new { a = new string('x', 70_000) } }));

        Assert.That(status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
    }

    [Test]
    public async Task Platform_contexts_are_read_in_both_spellings_and_stored_in_one()
    {
        var orderId = await _api.AnOrderAsync();
        await _api.StartAsync(
            orderId,
            """{"referralCode":"R1","platformContexts":[{"id":"1","label":"IG","platformType":"instagram"},{"id":"2","label":"YT","platform_type":"youtube"}]}""");

        var context = JsonSerializer.Deserialize<JsonElement>((await _api.RowsAsync<string>(
            "select context::text from onboarding_journeys where order_id = @orderId", new { orderId })).Single());

        Assert.That(
            context.GetProperty("platform_contexts").EnumerateArray().Select(entry => entry.GetProperty("platformType").GetString()),
            Is.EqualTo(new[] { "instagram", "youtube" }));
    }

    [TestCase("""{"experiments":[{"slug":" ","variantKey":"a"}]}""")]
    [TestCase("""{"experiments":[{"slug":"a","variantKey":" "}]}""")]
    [TestCase("""{"experiments":[]}""")]
    [TestCase("""{}""")]
    public async Task A_segment_needs_a_name_and_a_variant(string body)
    {
        var (status, _) = await _api.SendAsync(HttpMethod.Post, $"/api/v1/orders/{await _api.AnOrderAsync()}/onboarding/pricing-experiments", body);

        Assert.That(status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
    }

    [Test]
    public async Task The_same_variant_twice_in_one_request_is_one_segment()
    {
        var orderId = await _api.AnOrderAsync();
        await _api.SendAsync(
            HttpMethod.Post,
            $"/api/v1/orders/{orderId}/onboarding/pricing-experiments",
            """{"experiments":[{"slug":"p","variantKey":"a","variantName":"Old"},{"slug":"p","variant_key":"b"},{"slug":"p","variantKey":"a","variantName":"New"}]}""");

        Assert.That(
            await _api.RowsAsync<(string, string?)>(
                """
                select s.variant_key, s.variant_name
                from onboarding_pricing_segment s join onboarding_journeys j on j.id = s.journey_id
                where j.order_id = @orderId order by 1
                """,
                new { orderId }),
            Is.EqualTo(new (string, string?)[] { ("a", "New"), ("b", null) }));
    }

    [Test]
    public async Task A_manual_nudge_to_a_client_who_opted_out_is_queued_and_logged()
    {
        var orderId = await _api.AnOrderAsync();
        var (_, journey) = await _api.StartAsync(orderId);
        await _api.ExecuteAsync(
            """
            insert into notification_preferences (user_id, order_updates) select user_id, false from orders where id = @orderId
            on conflict (user_id) do update set order_updates = false
            """,
            new { orderId });

        var (status, body) = await _api.SendAsync(
            HttpMethod.Post,
            $"/api/v1/operators/onboarding/journeys/{journey.GetProperty("id").GetGuid()}/nudges/manual",
            """{"channel":"email","subject":"Your form","message":"Please send the form.","triggeredBy":"AB"}""");

        Assert.That((status, body.GetProperty("status").GetString()), Is.EqualTo((HttpStatusCode.Accepted, "queued")));
        Assert.That(await _api.CountAsync("onboarding_interactions", "metadata -> 'nudge' ->> 'triggered_by' = 'AB'"), Is.EqualTo(1));
    }

    [Test]
    public async Task The_sample_journey_loads_once()
    {
        var sample = _api.Get<IEnumerable<ISampleData>>().OfType<OnboardingSample>().Single();

        await sample.LoadAsync(default);
        await sample.LoadAsync(default);

        var (_, journey) = await _api.GetAsync($"/api/onboarding/journeys/{OnboardingSample.OrderId}");
        Assert.That(journey.GetProperty("progress_percentage").GetDecimal(), Is.EqualTo(33.33m));
        Assert.That(await _api.CountAsync("onboarding_journey_events", $"order_id = '{OnboardingSample.OrderId}' and event_type = 'referral_copied'"), Is.EqualTo(1));
    }
}
