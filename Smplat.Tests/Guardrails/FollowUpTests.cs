using System.Net;
using System.Text.Json;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Outbox;
using Smplat.FakeVendors.Slack;
using Smplat.Tests.Onboarding;

namespace Smplat.Tests.Guardrails;

/// <summary>Follow-ups over HTTP, and where their status is shown.</summary>
[Parallelizable]
public sealed class FollowUpTests
{
    private const string Path = "/api/v1/reporting/guardrails/followups";

    private FakeSlack _slack = null!;
    private OnboardingFixture _api = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _slack = new FakeSlack(TimeProvider.System);
        await _slack.StartAsync(CancellationToken.None);
        _api = await OnboardingFixture.StartAsync(
            null, ("PROVIDER_AUTOMATION_ALERT_SLACK_WEBHOOK_URL", _slack.Webhook.AbsoluteUri), ("FRONTEND_URL", "https://shop.example.test"));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _api.DisposeAsync();
        await _slack.DisposeAsync();
    }

    [Test]
    public async Task A_pause_is_recorded_with_all_that_was_sent()
    {
        var (status, body) = await RecordAsync(new
        {
            providerId = " g1 ",
            providerName = "Provider G1",
            action = "pause",
            notes = "  Margins too low ",
            platformContext = new { id = "ig-1", label = "Instagram", handle = "@studio", platformType = "instagram" },
            conversionCursor = "spring-price",
            conversionHref = "/admin/reports?conversionCursor=spring-price",
            attachments = new[]
            {
                new { id = "a1", fileName = "m.png", assetUrl = "https://files.example.test/m.png", storageKey = "e/m.png", size = 12, contentType = "image/png", uploadedAt = "2026-03-02T10:00:00Z" },
            },
        });

        var entry = body.GetProperty("entry");
        Assert.That(status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((entry.GetProperty("providerId").GetString(), entry.GetProperty("notes").GetString()), Is.EqualTo(("g1", "Margins too low")));
        Assert.That(entry.GetProperty("platformContext").GetProperty("handle").GetString(), Is.EqualTo("@studio"));
        Assert.That(
            (entry.GetProperty("conversionCursor").GetString(), entry.GetProperty("conversionHref").GetString()),
            Is.EqualTo(("spring-price", "/admin/reports?conversionCursor=spring-price")));
        Assert.That(body.GetProperty("status").GetProperty("isPaused").GetBoolean(), Is.True);
        Assert.That(body.GetProperty("providerTelemetry").ValueKind, Is.EqualTo(JsonValueKind.Null));
        var stored = (await ListAsync("providerId=g1")).GetProperty("entries")[0];
        Assert.That(stored.GetProperty("attachments")[0].GetProperty("uploadedAt").GetDateTimeOffset(), Is.EqualTo(new DateTimeOffset(2026, 3, 2, 10, 0, 0, TimeSpan.Zero)));
        Assert.That(stored.ToString(), Is.EqualTo(entry.ToString()), "what is read is what was answered");
    }

    [Test]
    public async Task Pages_follow_the_cursor_and_an_escalation_leaves_the_pause()
    {
        await RecordAsync(new { providerId = "g3", action = "pause" });
        await RecordAsync(new { providerId = "g3", action = "resume" });
        await RecordAsync(new { providerId = "g3", providerName = "Named later", action = "escalate" });

        var actions = new List<string>();
        string? cursor = null;
        do
        {
            var page = await ListAsync($"providerId=g3&limit=1{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}");
            actions.AddRange(page.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("action").GetString()!));
            cursor = page.GetProperty("nextCursor").GetString();
            Assert.That(page.GetProperty("status").GetProperty("isPaused").GetBoolean(), Is.False);
        }
        while (cursor is not null);

        Assert.That(actions, Is.EqualTo(new[] { "escalate", "resume", "pause" }));
        Assert.That((await ListAsync("providerId=g3&cursor=2020-01-01T00:00:00Z")).GetProperty("entries").GetArrayLength(), Is.Zero);
        Assert.That((await ListAsync("providerId=nobody")).GetProperty("status").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public async Task Follow_ups_with_one_time_are_on_one_page_each()
    {
        await RecordAsync(new { providerId = "tied", action = "pause" });
        await RecordAsync(new { providerId = "tied", action = "resume" });
        await _api.ExecuteAsync("update provider_guardrail_followup set created_at = '2026-03-02T10:00:00Z' where provider_id = 'tied'");

        var first = await ListAsync("providerId=tied&limit=1");
        var second = await ListAsync($"providerId=tied&limit=1&cursor={first.GetProperty("nextCursor").GetString()}");

        Assert.That(
            new[] { first, second }.Select(page => page.GetProperty("entries")[0].GetProperty("action").GetString()),
            Is.EqualTo(new[] { "resume", "pause" }));
        Assert.That(second.GetProperty("nextCursor").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public async Task Telemetry_counts_the_orders_at_the_provider_and_slack_is_told()
    {
        await AProviderOrderAsync(
            "g4",
            "svc-growth",
            100,
            """
            {"providerCostAmount": 95, "service": {"metadata": {"guardrails": {"minimumMarginPercent": 10}}},
             "replays": [{"status": "done"}], "scheduledReplays": [{}], "serviceRules": [{"id": "r1", "label": "Night"}, {"id": "r1"}]}
            """);

        var (_, body) = await RecordAsync(new
        {
            providerId = "g4",
            providerName = "Provider <G4>",
            action = "pause",
            conversionCursor = "spring-price",
        });
        await _api.Get<DeliverOutboxJob>().RunAsync(new(Guid.NewGuid(), JobRun.Timer, 1, TimeProvider.System.GetUtcNow()), CancellationToken.None);

        var telemetry = body.GetProperty("providerTelemetry");
        Assert.That(telemetry.GetProperty("totalOrders").GetInt32(), Is.EqualTo(1));
        Assert.That(telemetry.GetProperty("guardrails").GetProperty("fail").GetInt32(), Is.EqualTo(1));
        Assert.That(telemetry.GetProperty("replays").GetProperty("executed").GetInt32(), Is.EqualTo(1));
        Assert.That(telemetry.GetProperty("guardrailHitsByService").GetProperty("svc-growth").GetProperty("evaluated").GetInt32(), Is.EqualTo(1));
        var rules = telemetry.GetProperty("ruleOverridesByService").GetProperty("svc-growth");
        Assert.That(
            (rules.GetProperty("totalOverrides").GetInt32(), rules.GetProperty("rules").GetProperty("r1").GetProperty("label").GetString()),
            Is.EqualTo((2, "Night")));
        var notice = _slack.Texts.Single(text => text.Contains("(g4)", StringComparison.Ordinal));
        Assert.That(notice, Does.Contain("Provider &lt;G4&gt;").And.Contain("Notes: none").And.Contain("is paused")
            .And.Contain("https://shop.example.test/admin/fulfillment/providers/g4?tab=automation")
            .And.Contain("Provider automation telemetry").And.Contain("svc-growth")
            .And.Contain("Historical conversion slice (cursor spring-price): https://shop.example.test/admin/reports?conversionCursor=spring-price#experiment-analytics"));
    }

    [Test]
    public async Task A_request_sent_twice_is_recorded_and_told_once()
    {
        var id = Guid.NewGuid();
        var (first, recorded) = await RecordAsync(new { followUpId = id, providerId = "twice", action = "pause" });
        var (again, same) = await RecordAsync(new { followUpId = id, providerId = "twice", action = "pause" });
        var (other, refused) = await RecordAsync(new { followUpId = id, providerId = "twice", action = "resume" });

        Assert.That((first, again, other), Is.EqualTo((HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.Conflict)));
        Assert.That(same.GetProperty("entry").ToString(), Is.EqualTo(recorded.GetProperty("entry").ToString()));
        Assert.That(refused.GetProperty("code").GetString(), Is.EqualTo("guardrails.follow_up_id_taken"));
        Assert.That(await _api.CountAsync("notification_outbox", $"idempotency_key = 'guardrail-followup:{id}'"), Is.EqualTo(1));
    }

    [TestCase("""{"action":"pause"}""", "providerId")]
    [TestCase("""{"providerId":"  ","action":"pause"}""", "providerId")]
    [TestCase("""{"providerId":"p","action":"delete"}""", "action")]
    [TestCase("""{"providerId":"p","action":"pause","conversionHref":"javascript:alert(1)"}""", "conversionHref")]
    [TestCase("""{"providerId":"p","action":"pause","conversionHref":"//evil.example"}""", "conversionHref")]
    [TestCase("""{"providerId":"p","action":"pause","attachments":[{"id":"a","fileName":"f","assetUrl":"file:///x","storageKey":"k"}]}""", "assetUrl")]
    [TestCase("""{"providerId":"p","action":"pause","platformContext":{"id":"x"}}""", "label")]
    public async Task Invalid_input_is_422_and_names_the_member(string body, string member)
    {
        var (status, answer) = await _api.SendAsync(HttpMethod.Post, Path, body);

        Assert.That(status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(answer.ToString(), Does.Contain(member));
    }

    [TestCase("")]
    [TestCase("providerId=p&limit=101")]
    [TestCase("providerId=p&cursor=yesterday")]
    public async Task An_invalid_query_is_422(string query) =>
        Assert.That((await _api.GetAsync($"{Path}?{query}")).Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));

    [Test]
    public async Task A_journey_shows_where_its_providers_stand()
    {
        var orderId = await AProviderOrderAsync("journey-b", "svc", 1, "{}");
        await AProviderOrderAsync("journey-a", "svc", 1, "{}", orderId);
        var (_, journey) = await _api.StartAsync(orderId);
        await RecordAsync(new { providerId = "journey-b", action = "pause" });

        var (_, detail) = await _api.GetAsync($"/api/v1/operators/onboarding/journeys/{journey.GetProperty("id").GetGuid()}");

        var statuses = detail.GetProperty("providerAutomation").EnumerateArray()
            .ToDictionary(provider => provider.GetProperty("providerId").GetString()!, provider => provider.GetProperty("guardrailStatus"));
        Assert.That(statuses["journey-a"].ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(
            (statuses["journey-b"].GetProperty("isPaused").GetBoolean(), statuses["journey-b"].GetProperty("lastAction").GetString()),
            Is.EqualTo((true, "pause")));
    }

    private Task<(HttpStatusCode Status, JsonElement Body)> RecordAsync(object body) =>
        _api.SendAsync(HttpMethod.Post, Path, JsonSerializer.Serialize(body));

    private async Task<JsonElement> ListAsync(string query)
    {
        var (status, body) = await _api.GetAsync($"{Path}?{query}");
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK));
        return body;
    }

    private async Task<Guid> AProviderOrderAsync(string provider, string service, decimal amount, string payload, Guid? order = null)
    {
        var orderId = order ?? await _api.AnOrderAsync();
        await _api.ExecuteAsync(
            """
            with item as (
                insert into order_items (id, order_id, product_title, unit_price, total_price)
                values (gen_random_uuid(), @orderId, 'Item', 1, 1) returning id)
            insert into fulfillment_provider_orders (id, order_id, order_item_id, provider_id, service_id, amount, payload)
            select gen_random_uuid(), @orderId, id, @provider, @service, @amount, @payload::jsonb from item
            """,
            new { orderId, provider, service, amount, payload });
        return orderId;
    }
}
