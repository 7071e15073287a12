using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Smplat.Tests.Trust;

[Parallelizable(ParallelScope.All)]
public sealed class ResolveTrustHttpTests
{
    private const string Route = "/api/v1/trust/experiences";

    [Test]
    public async Task Metrics_are_answered_in_the_order_and_number_of_the_request()
    {
        await using var trust = await TrustFixture.StartAsync();
        string[] ids = ["nps_trailing_30d", "nobody_knows", "first_response_minutes", "nps_trailing_30d"];

        var metrics = await trust.ResolveAsync(ids);

        Assert.That(metrics.Select(metric => metric.GetProperty("metric_id").GetString()), Is.EqualTo(ids));
        Assert.That(await trust.CountAsync("nps_trailing_30d", "miss"), Is.EqualTo(1));
        Assert.That(await trust.CountAsync("nps_trailing_30d", "hit"), Is.Zero);
    }

    [Test]
    public async Task An_unknown_id_is_unsupported_with_its_reason_and_nothing_else()
    {
        await using var trust = await TrustFixture.StartAsync();
        var answer = await trust.App.Client.PostAsJsonAsync(Route, new
        {
            slug = "checkout",
            metrics = new object[] { new { metric_id = "made_up", freshness_window_minutes = 60 } },
        });
        var metric = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("metrics")[0];
        var provenance = metric.GetProperty("provenance");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(metric.GetProperty("verification_state").GetString(), Is.EqualTo("unsupported"));
            Assert.That(metric.GetProperty("metadata").GetRawText(), Is.EqualTo("""{"source":"unknown"}"""));
            Assert.That(metric.GetProperty("sample_size").GetInt32(), Is.Zero);
            Assert.That(metric.GetProperty("freshness_window_minutes").GetInt32(), Is.EqualTo(60));
            Assert.That(metric.GetProperty("value").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(metric.GetProperty("computed_at").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(metric.GetProperty("unsupported_guard").GetString(), Is.EqualTo("metric_not_registered"));
            Assert.That(provenance.GetProperty("source").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(provenance.GetProperty("cache_layer").GetString(), Is.EqualTo("none"));
            Assert.That(provenance.GetProperty("notes").GetArrayLength(), Is.EqualTo(1));
            Assert.That(provenance.GetProperty("unsupported_reason").GetString(), Is.EqualTo("metric_not_registered"));
        }
    }

    [Test]
    public async Task Ten_thousand_made_up_ids_leave_nothing_behind()
    {
        await using var trust = await TrustFixture.StartAsync();
        for (var request = 0; request < 200; request++)
        {
            var ids = Enumerable.Range(0, 50).Select(index => $"made_up_{request}_{index}").ToArray();
            await trust.ResolveAsync(ids);
        }

        Assert.That(await trust.PurgeAsync(null), Is.Empty);
        Assert.That(await trust.CountAsync("unregistered", "unsupported"), Is.EqualTo(10_000));
        Assert.That(await trust.Rows.ScalarAsync<long>("select count(*) from metric_counter where name like 'smplat_trust%'"), Is.EqualTo(1));
    }

    [Test]
    public async Task One_metric_that_fails_is_missing_and_the_others_are_answered()
    {
        await using var trust = await TrustFixture.StartAsync();
        await trust.Rows.ExecuteAsync("alter table fulfillment_staffing_shifts rename to away");

        var metrics = await trust.ResolveAsync("fulfillment_delivery_sla_forecast", "fulfillment_sla_on_time_pct");

        var failed = metrics[0];
        Assert.That(failed.GetProperty("verification_state").GetString(), Is.EqualTo("missing"));
        Assert.That(failed.GetProperty("provenance").GetProperty("cache_layer").GetString(), Is.EqualTo("none"));
        Assert.That(failed.GetProperty("provenance").GetProperty("notes")[0].GetString(), Does.Contain("could not be computed"));
        Assert.That(failed.GetRawText(), Does.Not.Contain("away").And.Not.Contain("fulfillment_staffing_shifts"));
        Assert.That(metrics[1].GetProperty("provenance").GetProperty("cache_layer").GetString(), Is.EqualTo("computed"));
        Assert.That(await trust.CountAsync("fulfillment_delivery_sla_forecast", "failed"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_slug_is_enough_and_the_list_may_be_left_out()
    {
        await using var trust = await TrustFixture.StartAsync();
        var answer = await trust.App.Client.PostAsJsonAsync(Route, new { slug = "" });

        Assert.That((int)answer.StatusCode, Is.EqualTo(200));
        Assert.That(await answer.Content.ReadAsStringAsync(), Is.EqualTo("""{"slug":"","metrics":[]}"""));
    }

    [TestCase("{", "json_invalid")]
    [TestCase("[]", "object_type")]
    [TestCase("{}", "slug")]
    [TestCase("""{"slug":7}""", "slug")]
    [TestCase("""{"slug":"a","metrics":null}""", "metrics")]
    [TestCase("""{"slug":"a","metrics":{}}""", "metrics")]
    [TestCase("""{"slug":"a","metrics":["x"]}""", "metrics")]
    [TestCase("""{"slug":"a","metrics":[{}]}""", "metric_id")]
    [TestCase("""{"slug":"a","metrics":[{"metric_id":"x","freshness_window_minutes":4}]}""", "freshness_window_minutes")]
    [TestCase("""{"slug":"a","metrics":[{"metric_id":"x","freshness_window_minutes":20161}]}""", "freshness_window_minutes")]
    [TestCase("""{"slug":"a","metrics":[{"metric_id":"x","freshness_window_minutes":60.5}]}""", "freshness_window_minutes")]
    public async Task An_invalid_request_is_refused_with_the_location_of_the_error(string body, string place) =>
        await RefusedAsync(body, place);

    [Test]
    public async Task Lists_and_texts_have_limits_that_the_answer_names()
    {
        var tooMany = new { slug = "a", metrics = Enumerable.Repeat(new { metric_id = "x" }, 51) };
        await RefusedAsync(JsonSerializer.Serialize(tooMany), "50 entries");
        await RefusedAsync(JsonSerializer.Serialize(new { slug = new string('s', 121) }), "at most 120");
        var longId = new { slug = "a", metrics = new[] { new { metric_id = new string('m', 101) } } };
        await RefusedAsync(JsonSerializer.Serialize(longId), "at most 100");
    }

    [Test]
    public async Task Windows_may_be_sent_as_text_or_with_a_zero_fraction()
    {
        await using var trust = await TrustFixture.StartAsync();
        using var body = new StringContent(
            """{"slug":"a","metrics":[{"metric_id":"first_response_minutes","freshness_window_minutes":"60"},{"metric_id":"first_response_minutes","freshness_window_minutes":5.0},{"metric_id":"first_response_minutes"}]}""",
            Encoding.UTF8,
            "application/json");
        var answer = await trust.App.Client.PostAsync(Route, body);
        var metrics = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("metrics").EnumerateArray();

        Assert.That(
            metrics.Select(metric => metric.GetProperty("freshness_window_minutes").GetInt32()), Is.EqualTo(new[] { 60, 5, 360 }));
    }

    [Test]
    public async Task Without_the_key_requests_are_refused()
    {
        await using var trust = await TrustFixture.StartAsync(new() { ["CHECKOUT_API_KEY"] = "the-key" });
        foreach (var route in new[] { Route, "/api/v1/trust/metrics/purge" })
        {
            var answer = await trust.App.Client.PostAsJsonAsync(route, new { slug = "a" });
            Assert.That((int)answer.StatusCode, Is.EqualTo(401), route);
        }
    }

    private static async Task RefusedAsync(string body, string place)
    {
        await using var trust = await TrustFixture.StartAsync();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var answer = await trust.App.Client.PostAsync(Route, content);
        var text = await answer.Content.ReadAsStringAsync();

        Assert.That((int)answer.StatusCode, Is.EqualTo(422), text);
        Assert.That(text, Does.Contain(place));
        Assert.That(JsonDocument.Parse(text).RootElement.GetProperty("detail").ValueKind, Is.EqualTo(JsonValueKind.Array));
    }
}
