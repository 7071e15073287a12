using System.Net;
using System.Text.Json;

namespace Smplat.Tests.Analytics;

/// <summary>Single events with POST /api/v1/analytics/offer-events.</summary>
public sealed class RecordOfferEventTests
{
    private const string Key = "test-key";

    private AnalyticsFixture _api = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _api = await AnalyticsFixture.StartAsync(("CHECKOUT_API_KEY", Key));

    [OneTimeTearDown]
    public ValueTask StopAsync() => _api.DisposeAsync();

    [Test]
    public async Task An_event_is_stored_with_its_currency_in_capitals_and_its_total_in_cents()
    {
        var (status, body) = await PostAsync(
            """
            {"offer_slug":"spring","event_type":"cta_click","target_slug":"plan-b","action":"apply","cart_total":"12.345",
             "currency":" eur ","order_reference":"SM000042","metadata":{"presetId":"p1","depth":[1,{"a":null}]},"unknown":1}
            """);

        Assert.That(status, Is.EqualTo(HttpStatusCode.Accepted));
        Assert.That(body.GetProperty("status").GetString(), Is.EqualTo("accepted"));
        var id = body.GetProperty("id").GetGuid();
        var rows = await _api.RowsAsync<(string, string, string, string, decimal, string, string, string)>(
            """
            select offer_slug, event_type, target_slug, action, cart_total, currency, order_reference, metadata::text
            from checkout_offer_events where id = @id
            """,
            new { id });
        Assert.That(rows.Single(), Is.EqualTo((
            "spring", "cta_click", "plan-b", "apply", 12.34m, "EUR", "SM000042", """{"depth": [1, {"a": null}], "presetId": "p1"}""")));
    }

    [Test]
    public async Task The_answer_says_when_the_event_was_stored()
    {
        var (_, body) = await PostAsync("""{"offer_slug":"a","event_type":"b"}""");

        var id = body.GetProperty("id").GetGuid();
        var stored = await _api.RowsAsync<DateTimeOffset>("select created_at from checkout_offer_events where id = @id", new { id });
        Assert.That(body.GetProperty("created_at").GetDateTimeOffset(), Is.EqualTo(stored.Single()));
    }

    [TestCase("""{"event_type":"b"}""", "offer_slug", "missing")]
    [TestCase("""{"offer_slug":"a"}""", "event_type", "missing")]
    [TestCase("""{"offer_slug":"","event_type":"b"}""", "offer_slug", "string_too_short")]
    [TestCase("""{"offer_slug":"  ","event_type":"b"}""", "offer_slug", "string_too_short")]
    [TestCase("""{"offer_slug":7,"event_type":"b"}""", "offer_slug", "string_type")]
    [TestCase("""{"offer_slug":{"x":[1]},"event_type":"b"}""", "offer_slug", "string_type")]
    [TestCase("""{"offer_slug":"a\u0000","event_type":"b"}""", "offer_slug", "string_unicode")]
    [TestCase("""{"offer_slug":"a\ud800","event_type":"b"}""", "offer_slug", "string_unicode")]
    [TestCase("""{"offer_slug":"a","event_type":"b","currency":"EU"}""", "currency", "string_too_short")]
    [TestCase("""{"offer_slug":"a","event_type":"b","cart_total":-0.01}""", "cart_total", "greater_than_equal")]
    [TestCase("""{"offer_slug":"a","event_type":"b","cart_total":10000000000}""", "cart_total", "less_than_equal")]
    [TestCase("""{"offer_slug":"a","event_type":"b","cart_total":1e400}""", "cart_total", "less_than_equal")]
    [TestCase("""{"offer_slug":"a","event_type":"b","cart_total":"NaN"}""", "cart_total", "decimal_parsing")]
    [TestCase("""{"offer_slug":"a","event_type":"b","cart_total":true}""", "cart_total", "decimal_parsing")]
    [TestCase("""{"offer_slug":"a","event_type":"b","metadata":[1]}""", "metadata", "dict_type")]
    [TestCase("""{"offer_slug":"a","event_type":"b","metadata":{"a":"\u0000"}}""", "metadata", "json_value")]
    [TestCase("""{"offer_slug":"a","event_type":"b","metadata":{"a":1e999999}}""", "metadata", "json_value")]
    [TestCase("""{"offer_slug":"a","event_type":"b","metadata":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}}}""", "metadata", "too_deep")]
    [TestCase("""{"offer_slug":"a","event_type":"b","occurred_at":"yesterday"}""", "occurred_at", "datetime_parsing")]
    [TestCase("""{"offer_slug":"a","event_type":"b","occurred_at":"2001-01-01T00:00:00Z"}""", "occurred_at", "too_old")]
    [TestCase("""{"offer_slug":"a","event_type":"b","event_id":""}""", "event_id", "string_too_short")]
    [TestCase("""{"offer_slug":"a","event_type":"b","event_type":"c"}""", "event_type", "json_duplicate")]
    [TestCase("""{"offer_slug":"a","event_type":"b","metadata":{},"\u006detadata":{"x":[1]}}""", "metadata", "json_duplicate")]
    public async Task A_wrong_member_is_named_with_422(string json, string field, string type)
    {
        var (status, body) = await PostAsync(json);

        Assert.That(status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        var error = body.GetProperty("detail").EnumerateArray().First();
        Assert.That(error.GetProperty("loc").EnumerateArray().Select(part => part.ToString()), Is.EqualTo(new[] { "body", field }));
        Assert.That(error.GetProperty("type").GetString(), Is.EqualTo(type));
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("7")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("""{"batch":[]}""")]
    [TestCase("""{"offer_slug":"a","event_type":"b"} trailing""")]
    public async Task A_body_that_is_not_an_event_is_a_422(string json)
    {
        var (status, body) = await PostAsync(json);

        Assert.That(status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(body.GetProperty("detail").ValueKind, Is.EqualTo(JsonValueKind.Array));
    }

    [Test]
    public async Task Without_a_valid_key_nothing_is_stored()
    {
        var before = await _api.CountAsync();

        var (none, _) = await _api.PostAsync("""{"offer_slug":"a","event_type":"b"}""");
        var (wrong, _) = await _api.PostAsync("""{"offer_slug":"a","event_type":"b"}""", AnalyticsFixture.Path, ("X-API-Key", "no"));
        var (bearer, _) = await _api.PostAsync(
            """{"offer_slug":"a","event_type":"b"}""", AnalyticsFixture.Path, ("Authorization", $"Bearer {Key}"));

        Assert.That((none, wrong, bearer), Is.EqualTo((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.Accepted)));
        Assert.That(await _api.CountAsync(), Is.GreaterThan(before));
    }

    [Test]
    public async Task A_time_in_the_future_is_set_to_now_and_marked()
    {
        var (_, body) = await PostAsync("""{"offer_slug":"a","event_type":"b","occurred_at":"2999-01-01T00:00:00Z"}""");

        Assert.That(body.GetProperty("occurred_at_clamped").GetBoolean(), Is.True);
        var id = body.GetProperty("id").GetGuid();
        var (clamped, gap) = (await _api.RowsAsync<(bool, double)>(
            """
            select occurred_at_clamped, abs(extract(epoch from created_at - occurred_at))::float8
            from checkout_offer_events where id = @id
            """,
            new { id })).Single();
        Assert.That(clamped, Is.True);
        Assert.That(gap, Is.LessThan(60));
    }

    [TestCase("""{"note":"ping @team, then ada@example.test"}""")]
    [TestCase("""{"ada@example.test":"clicked"}""")]
    [TestCase("""{"landing":{"url":"https://shop.example/?mail=ada%40example.test"}}""")]
    [TestCase("""{"list":["ada\uff20example.test"]}""")]
    public async Task A_mail_address_in_metadata_is_not_stored(string metadata)
    {
        var (_, body) = await PostAsync($$"""{"offer_slug":"a","event_type":"b","metadata":{{metadata}}}""");

        var id = body.GetProperty("id").GetGuid();
        var stored = (await _api.RowsAsync<string>("select metadata::text from checkout_offer_events where id = @id", new { id })).Single();
        Assert.That(stored, Does.Contain("[redacted]").And.Not.Contain("example.test"));
    }

    [Test]
    public async Task The_storefront_form_is_camel_case()
    {
        var (status, body) = await _api.PostAsync(
            """{"offerSlug":"a","eventType":"b","cartTotal":0,"eventId":"one"}""", AnalyticsFixture.StorefrontPath, ("X-API-Key", Key));
        var (missing, error) = await _api.PostAsync("""{"offer_slug":"a"}""", AnalyticsFixture.StorefrontPath, ("X-API-Key", Key));

        Assert.That(status, Is.EqualTo(HttpStatusCode.Accepted));
        Assert.That(body.TryGetProperty("created_at", out _), Is.True);
        Assert.That(missing, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(error.GetProperty("detail").GetString(), Is.EqualTo("offerSlug and eventType are required"));
    }

    private Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string json) =>
        _api.PostAsync(json, AnalyticsFixture.Path, ("X-API-Key", Key));
}
