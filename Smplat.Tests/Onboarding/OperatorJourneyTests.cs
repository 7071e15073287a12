using System.Net;
using System.Text.Json;

namespace Smplat.Tests.Onboarding;

/// <summary>What operators see and do.</summary>
public sealed class OperatorJourneyTests
{
    private OnboardingFixture _api = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _api = await OnboardingFixture.StartAsync();

    [OneTimeTearDown]
    public ValueTask StopAsync() => _api.DisposeAsync();

    [Test]
    public async Task Experiments_are_filtered_before_the_limit()
    {
        var early = await WithSegmentAsync("filter-price", "control");
        await WithSegmentAsync("filter-price", "variant");
        for (var index = 0; index < 3; index++)
        {
            await _api.StartAsync(await _api.AnOrderAsync());
        }

        var bySlug = await ListAsync("experimentSlug=FILTER-PRICE&limit=2");
        var byBoth = await ListAsync("experimentSlug=filter-price&experimentVariant=Control&limit=1");

        Assert.That(bySlug.GetProperty("summaries").GetArrayLength(), Is.EqualTo(2));
        Assert.That(byBoth.GetProperty("summaries").EnumerateArray().Select(entry => entry.GetProperty("orderId").GetGuid()), Is.EqualTo(new[] { early }));
        Assert.That(byBoth.GetProperty("summaries")[0].GetProperty("pricingExperiments")[0].GetProperty("variantKey").GetString(), Is.EqualTo("control"));
        Assert.That(byBoth.GetProperty("aggregates").GetProperty("total").GetInt64(), Is.GreaterThanOrEqualTo(5));
    }

    [Test]
    public async Task Search_finds_order_numbers_and_codes_and_takes_wildcards_literally()
    {
        var orderId = await _api.AnOrderAsync();
        await _api.StartAsync(orderId, """{"referralCode":"Needle%1"}""");
        var number = (await _api.RowsAsync<string>("select order_number from orders where id = @orderId", new { orderId })).Single();

        var byCode = await ListAsync("search=needle%25");
        var byNumber = await ListAsync($"search={number}");
        var nothing = await ListAsync("search=%25%25%25");

        Assert.That(byCode.GetProperty("summaries").GetArrayLength(), Is.EqualTo(1));
        Assert.That(byNumber.GetProperty("summaries").GetArrayLength(), Is.EqualTo(1));
        Assert.That(nothing.GetProperty("summaries").GetArrayLength(), Is.Zero);
    }

    [TestCase("limit=0")]
    [TestCase("limit=201")]
    [TestCase("limit=x")]
    [TestCase("status=unknown")]
    [TestCase("stalled=maybe")]
    public async Task An_invalid_filter_is_422(string query)
    {
        var (status, _) = await _api.GetAsync($"/api/v1/operators/onboarding/journeys?{query}");

        Assert.That(status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
    }

    [Test]
    public async Task The_detail_groups_items_by_provider()
    {
        var orderId = await _api.AnOrderAsync();
        var (_, journey) = await _api.StartAsync(orderId);
        await _api.ExecuteAsync(
            """
            insert into order_items (id, order_id, product_title, unit_price, total_price)
            select gen_random_uuid(), @orderId, title, 1, 1 from unnest(array['One', 'Two', 'Three']) as title;
            insert into fulfillment_provider_orders (id, order_id, order_item_id, provider_id, provider_name, service_id, payload)
            select gen_random_uuid(), @orderId, id, case product_title when 'Three' then 'provider-b' else 'provider-a' end, 'P', 'svc', '{}'
            from order_items where order_id = @orderId
            """,
            new { orderId });

        var (status, detail) = await _api.GetAsync($"/api/v1/operators/onboarding/journeys/{journey.GetProperty("id").GetGuid()}");

        Assert.That(status, Is.EqualTo(HttpStatusCode.OK));
        var providers = detail.GetProperty("providerAutomation").EnumerateArray()
            .ToDictionary(entry => entry.GetProperty("providerId").GetString()!, entry => entry.GetProperty("orderItems").GetArrayLength());
        Assert.That(providers, Is.EquivalentTo(new Dictionary<string, int> { ["provider-a"] = 2, ["provider-b"] = 1 }));
        Assert.That(detail.GetProperty("artifacts").EnumerateArray().Single().GetProperty("required").GetBoolean(), Is.True);
    }

    [Test]
    public async Task A_manual_nudge_is_queued_and_logged_with_who_wrote_it()
    {
        var (_, journey) = await _api.StartAsync(await _api.AnOrderAsync());
        var id = journey.GetProperty("id").GetGuid();

        var (status, body) = await NudgeAsync(id, new { channel = "email", subject = "Your form", message = "Please send the form.", triggeredBy = "AB" });
        var (dashboard, _) = await NudgeAsync(id, new { channel = "dashboard", subject = "Your form", message = "Please send the form.", triggeredBy = "AB" });
        var (foreign, _) = await NudgeAsync(
            id, new { channel = "email", subject = "Your form", message = "Please send the form.", triggeredBy = "AB", taskId = Guid.NewGuid() });
        var (unknown, _) = await NudgeAsync(
            Guid.NewGuid(), new { channel = "email", subject = "Your form", message = "Please send the form.", triggeredBy = "AB" });
        var (brief, _) = await NudgeAsync(id, new { channel = "email", subject = "Hi", message = "Short", triggeredBy = "A" });

        Assert.That(status, Is.EqualTo(HttpStatusCode.Accepted));
        Assert.That(body.GetProperty("status").GetString(), Is.EqualTo("queued"));
        Assert.That(
            (dashboard, foreign, unknown, brief),
            Is.EqualTo((HttpStatusCode.BadRequest, HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.UnprocessableEntity)));
        var note = JsonSerializer.Deserialize<JsonElement>((await _api.RowsAsync<string>(
            "select metadata::text from onboarding_interactions where journey_id = @id", new { id })).Single()).GetProperty("nudge");
        Assert.That(note.GetProperty("triggered_by").GetString(), Is.EqualTo("AB"));
        Assert.That(note.GetProperty("key").GetString(), Is.EqualTo($"{id}:manual:email"));
        Assert.That(note.GetProperty("manual").GetBoolean(), Is.True);
        Assert.That(await _api.CountAsync("notification_outbox", $"idempotency_key like 'onb:{id}:manual:%'"), Is.EqualTo(1));
    }

    private async Task<JsonElement> ListAsync(string query) => (await _api.GetAsync($"/api/v1/operators/onboarding/journeys?{query}")).Body;

    private Task<(HttpStatusCode Status, JsonElement Body)> NudgeAsync(Guid journeyId, object body) => _api.SendAsync(
        HttpMethod.Post, $"/api/v1/operators/onboarding/journeys/{journeyId}/nudges/manual", JsonSerializer.Serialize(body));

    private async Task<Guid> WithSegmentAsync(string slug, string variant)
    {
        var orderId = await _api.AnOrderAsync();
        await _api.SendAsync(
            HttpMethod.Post,
            $"/api/v1/orders/{orderId}/onboarding/pricing-experiments",
            JsonSerializer.Serialize(new { experiments = new[] { new { slug, variantKey = variant, isControl = variant == "control" } } }));
        return orderId;
    }
}
