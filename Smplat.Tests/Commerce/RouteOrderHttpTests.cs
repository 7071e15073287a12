using System.Net;
using System.Text.Json;
using Smplat.Core.Commerce.Providers;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce;

public sealed class RouteOrderHttpTests
{
    private RouterFixture _app = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _app = await RouterFixture.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _app.DisposeAsync();

    [TestCase("nonsense", "INVALID_JSON")]
    [TestCase("[1,2]", "INVALID_JSON")]
    [TestCase("{}", "INVALID_REQUEST")]
    [TestCase("""{"items":[]}""", "INVALID_ITEMS")]
    [TestCase("""{"items":["Milk"]}""", "INVALID_ADDRESS")]
    [TestCase("""{"items":["Milk"],"location":{"city":"SF","zip":"94102"},"preferences":{"optimizeFor":"luck"}}""", "INVALID_REQUEST")]
    [Prevents("H-2")]
    public async Task Wrong_input_is_a_400_in_the_envelope(string json, string code)
    {
        var (status, body) = await _app.PostAsync("loopgpt_route_order", json);

        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(body.GetProperty("success").GetBoolean(), Is.False);
        Assert.That(body.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo(code));
        Assert.That(body.GetProperty("error").GetProperty("message").GetString(), Is.Not.Empty);
        Assert.That(body.GetProperty("requestId").GetString(), Does.StartWith("req_"));
        Assert.That(body.GetProperty("timestamp").TryGetDateTimeOffset(out _), Is.True);
    }

    [Test]
    public async Task A_body_over_10_mib_is_a_413_that_names_the_limit()
    {
        var (status, body) = await _app.PostAsync("loopgpt_route_order", new string('x', 11 * 1024 * 1024));

        Assert.That(status, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That(body.GetProperty("error").GetProperty("maxSize").GetInt32(), Is.EqualTo(10_485_760));
    }

    [Test]
    public async Task No_key_is_needed_but_a_wrong_one_is_refused()
    {
        var (anonymous, _) = await _app.PostAsync("loopgpt_route_order", Baskets.One());
        var (wrong, body) = await _app.PostAsync("loopgpt_route_order", Baskets.One(), "wrong");

        Assert.That(anonymous, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(wrong, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(body.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("UNAUTHORIZED"));
    }

    [Test]
    public async Task Commissions_and_configuration_are_shown_to_callers_with_a_key_only()
    {
        var keyed = await _app.RouteAsync(Baskets.One(Baskets.Optimize("speed")), RouterFixture.Key);
        var anonymous = await _app.RouteAsync(Baskets.One(Baskets.Optimize("speed")));

        Assert.That(keyed.GetProperty("config").GetProperty("commissionRate").GetDecimal(), Is.EqualTo(0.03m));
        Assert.That(keyed.GetProperty("scoreBreakdown").GetProperty("inputs").GetProperty("commissionCents").GetInt64(), Is.EqualTo(57));
        Assert.That(anonymous.TryGetProperty("config", out _), Is.False);
        Assert.That(anonymous.GetRawText(), Does.Not.Contain("ommission").And.Not.Contain("COMMISSION"));
    }

    [Test]
    [Prevents("H-2")]
    public async Task A_region_without_providers_is_no_providers_available()
    {
        var (status, body) = await _app.PostAsync(
            "loopgpt_route_order",
            """{"items":["Milk"],"shippingAddress":{"city":"Toronto","postalCode":"M4B 1B3","country":"CA"}}""");

        Assert.That(status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(body.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("NO_PROVIDERS_AVAILABLE"));
        var details = body.GetProperty("error").GetProperty("details");
        Assert.That(details.GetProperty("attemptedProviders").GetArrayLength(), Is.Zero);
        Assert.That(
            details.GetProperty("skipped").EnumerateObject().Select(skipped => skipped.Value.GetString()),
            Is.EqualTo(Enumerable.Repeat("does not deliver to the region", 4)));
    }

    [Test]
    public async Task Skipped_providers_are_listed_with_the_reason()
    {
        await using var app = await RouterFixture.StartAsync(("LOOPGPT_ENABLE_MEALME", "false"), ("LOOPGPT_PREFERRED_STRICT", "true"));

        var (_, body) = await app.PostAsync(
            "loopgpt_route_order", Baskets.One(""","preferences":{"preferredProviders":["kroger"],"excludeProviders":["kroger","walmart"]}"""));

        Assert.That(
            body.GetProperty("error").GetProperty("details").GetProperty("skipped").EnumerateObject()
                .Select(skipped => $"{skipped.Name}: {skipped.Value.GetString()}"),
            Is.EquivalentTo(new[]
            {
                "MEALME: switched off",
                "INSTACART: not among the preferred",
                "KROGER_API: excluded by the preferences",
                "WALMART_API: excluded by the preferences",
            }));
    }

    [Test]
    public async Task When_all_fail_the_answer_lists_the_providers_asked_and_the_error_of_each()
    {
        await using var app = await RouterFixture.StartAsync(
            [
                new FakeGateway(ProviderId.MealMe).Fail(ProviderFailure.Http(ProviderId.MealMe, 401)),
                new FakeGateway(ProviderId.Instacart).Fail(ProviderFailure.NoItemsMatched(ProviderId.Instacart)),
            ],
            ("LOOPGPT_ENABLE_KROGER", "false"),
            ("LOOPGPT_ENABLE_WALMART", "false"));

        var (status, body) = await app.PostAsync("loopgpt_route_order", Baskets.One());

        var error = body.GetProperty("error");
        Assert.That(status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(error.GetProperty("message").GetString(), Is.EqualTo("No providers returned valid quotes"));
        Assert.That(
            error.GetProperty("details").GetProperty("attemptedProviders").EnumerateArray().Select(id => id.GetString()),
            Is.EqualTo(new[] { "MEALME", "INSTACART" }));
        Assert.That(error.GetProperty("details").GetProperty("errors").GetProperty("MEALME").GetString(), Is.EqualTo("Unauthorized"));
    }

    [Test]
    public async Task Offers_beyond_a_limit_are_dropped_unless_all_are_and_then_the_answer_warns()
    {
        var within = await _app.RouteAsync(Baskets.One(""","preferences":{"maxDeliveryMinutes":40}"""));
        var beyond = await _app.RouteAsync(Baskets.One(""","preferences":{"maxDeliveryMinutes":10}"""));

        Assert.That(within.GetProperty("providerId").GetString(), Is.EqualTo("MEALME"));
        Assert.That(within.GetProperty("alternativeQuotes").GetArrayLength(), Is.Zero);
        Assert.That(beyond.GetProperty("alternativeQuotes").GetArrayLength(), Is.EqualTo(3));
        Assert.That(Texts(beyond, "warnings"), Has.Some.Contains("limits"));
    }

    [Test]
    [Prevents("H-6")]
    public async Task A_quantity_in_text_is_priced_and_one_that_cannot_be_read_counts_as_one()
    {
        var body = await _app.RouteAsync(Baskets.Of("""{"id":"a","name":"Rice","quantity":"2 lb"},{"id":"b","name":"Figs","quantity":"some"}"""));

        Assert.That(body.GetProperty("cart").EnumerateArray().Select(line => line.GetProperty("quantity").GetDecimal()), Is.EqualTo(new[] { 2m, 1m }));
        Assert.That(body.GetProperty("cart")[0].GetProperty("unit").GetString(), Is.EqualTo("lb"));
        Assert.That(Texts(body, "warnings"), Has.Some.Contains("items[1].quantity"));
    }

    [Test]
    public async Task Excluded_providers_are_not_asked()
    {
        var body = await _app.RouteAsync(Baskets.One(""","preferences":{"excludeProviders":["walmart","MEALME"]}"""));

        Assert.That(
            body.GetProperty("alternativeQuotes").EnumerateArray().Select(loser => loser.GetProperty("provider").GetProperty("id").GetString()),
            Has.None.AnyOf("WALMART_API", "MEALME"));
    }

    private static IEnumerable<string?> Texts(JsonElement body, string name) =>
        body.GetProperty(name).EnumerateArray().Select(text => text.GetString());
}
