using System.Text.Json;
using Smplat.Core.Fulfillment;
using Smplat.FakeVendors.FulfillmentProvider;
using Smplat.FakeVendors.Hosting;

namespace Smplat.Tests.Fulfillment;

/// <summary>Tasks that make real calls, over real sockets.</summary>
public sealed class ExecutionTests
{
    [Test]
    public async Task A_configured_task_is_rendered_and_called_and_its_answer_is_stored()
    {
        await using var fixture = await ExecutionFixture.CreateAsync();
        var id = await fixture.ATaskAsync("""
            {"kind":"HTTP","method":"put","url":"{{ env.PARTNER_URL }}tasks/{{ task.type }}","environment_keys":["PARTNER_URL","PARTNER_TOKEN"],
             "headers":{"Authorization":"Bearer {{ env.PARTNER_TOKEN }}","X-Order":"{{ order.order_number }}","X-None":null,"Idempotency-Key":"mine"},
             "query":{"q":"{{ item.quantity }}"},"body":{"total":"{{ order.total }}","note":"for {{ order.id }}"},
             "success_statuses":[405]}
            """);

        var report = await fixture.Fulfillment.RunWorkerAsync();

        var call = fixture.Provider.Calls.All.Single();
        var task = await fixture.Fulfillment.TaskAsync(id);
        Assert.That(report.Processed, Is.EqualTo(1), task.ErrorMessage);
        Assert.That((call.Method, call.Path, call.Query), Is.EqualTo(("PUT", "/tasks/content_promotion", "?q=1")));
        Assert.That(call.Headers["Idempotency-Key"], Is.EqualTo(id.ToString()), "ours, whatever the task says");
        Assert.That(call.Headers["Authorization"], Is.EqualTo("Bearer very-secret"));
        Assert.That(call.Headers.ContainsKey("X-None"), Is.False);
        Assert.That(JsonElement.Parse(call.BodyText).GetProperty("total").GetDecimal(), Is.EqualTo(100m));
        var result = JsonElement.Parse(task.Result!);
        Assert.That(result.GetProperty("status").GetString(), Is.EqualTo("http_request_completed"));
        Assert.That(result.GetProperty("status_code").GetInt32(), Is.EqualTo(405));
        Assert.That(result.GetProperty("execution_kind").GetString(), Is.EqualTo("http"));
        Assert.That(result.GetProperty("payload_snapshot").GetProperty("kept").GetBoolean(), Is.True);
    }

    [TestCase("""{"url":"http://127.0.0.1:1/x","kind":"shell"}""", "not supported")]
    [TestCase("""{"url":"http://elsewhere.test/x"}""", "FULFILLMENT_ALLOWED_HOSTS")]
    [TestCase("""{"url":"/relative"}""", "no absolute url")]
    [TestCase("""{"method":"POST"}""", "no absolute url")]
    [TestCase("""{"url":"http://127.0.0.1/{{ nowhere }}"}""", "does not exist")]
    [TestCase("""{"url":"http://127.0.0.1/{{ env.PATH }}"}""", "does not exist")]
    [TestCase("""{"url":"http://127.0.0.1/","environment_keys":["SMPLAT_DATABASE"]}""", "FULFILLMENT_TEMPLATE_KEYS")]
    [TestCase("""{"url":"http://127.0.0.1/","headers":{"X":"a\r\nEvil: 1"}}""", "line break")]
    public async Task What_cannot_work_becomes_a_dead_letter_immediately(string execution, string why)
    {
        await using var fixture = await ExecutionFixture.CreateAsync();
        var id = await fixture.ATaskAsync(execution);

        var report = await fixture.Fulfillment.RunWorkerAsync();

        Assert.That((report.DeadLettered, fixture.Provider.Calls.All.Count), Is.EqualTo((1, 0)));
        Assert.That((await fixture.Fulfillment.TaskAsync(id)).ErrorMessage, Does.Contain(why));
    }

    [Test]
    public async Task A_host_name_that_resolves_to_a_private_address_is_not_called()
    {
        await using var fixture = await ExecutionFixture.CreateAsync(allowPrivate: false);
        var id = await fixture.ATaskAsync($$"""{"url":"http://localhost:{{fixture.Provider.Address.Port}}/tasks/x"}""");

        await fixture.Fulfillment.RunWorkerAsync();

        Assert.That(fixture.Provider.Calls.All, Is.Empty);
        Assert.That((await fixture.Fulfillment.TaskAsync(id)).ErrorMessage, Does.Contain("private network").And.Contain("FULFILLMENT_ALLOW_PRIVATE_NETWORKS"));
    }

    [Test]
    public async Task Outside_a_local_run_an_endpoint_inside_the_network_is_a_dead_letter_that_names_the_setting()
    {
        await using var fixture = await ExecutionFixture.CreateAsync(environment: "production");
        var id = await fixture.Fulfillment.Given.ATaskAsync();

        var report = await fixture.Fulfillment.RunWorkerAsync();

        Assert.That((report.DeadLettered, fixture.Provider.Calls.All.Count), Is.EqualTo((1, 0)));
        Assert.That((await fixture.Fulfillment.TaskAsync(id)).ErrorMessage, Does.Contain("SMPLAT_ALLOW_PRIVATE_NETWORKS"));
    }

    [TestCase(400, true)]
    [TestCase(401, true)]
    [TestCase(404, true)]
    [TestCase(302, true)]
    [TestCase(408, false)]
    [TestCase(409, false)]
    [TestCase(425, false)]
    [TestCase(429, false)]
    [TestCase(500, false)]
    [TestCase(503, false)]
    public async Task Only_temporary_failures_are_retried(int status, bool isPermanent)
    {
        await using var fixture = await ExecutionFixture.CreateAsync();
        fixture.Provider.Faults.Always(new Fault.Status(status));
        await fixture.Fulfillment.Given.ATaskAsync();

        var report = await fixture.Fulfillment.RunWorkerAsync();

        Assert.That(report.DeadLettered == 1, Is.EqualTo(isPermanent));
    }

    [Test]
    public async Task The_providers_retry_after_is_honoured()
    {
        await using var fixture = await ExecutionFixture.CreateAsync();
        fixture.Provider.Faults.Always(new Fault.TooManyRequests(900));
        var id = await fixture.Fulfillment.Given.ATaskAsync();

        await fixture.Fulfillment.RunWorkerAsync();

        Assert.That((await fixture.Fulfillment.TaskAsync(id)).ScheduledAt, Is.EqualTo(fixture.Fulfillment.Clock.GetUtcNow().AddSeconds(900)));
    }

    [TestCase("instagram_setup", "instagram_setup")]
    [TestCase("follower_growth", "campaign_started")]
    [TestCase("engagement_boost", "engagement_actions_queued")]
    [TestCase("content_promotion", "promotion_scheduled")]
    [TestCase("analytics_collection", "analytics_collected")]
    [TestCase("campaign_optimization", "campaign_optimized")]
    public async Task Built_in_types_go_to_their_endpoint(string type, string status)
    {
        await using var fixture = await ExecutionFixture.CreateAsync();
        var id = await fixture.Fulfillment.Given.ATaskAsync(type: type, payload: """{"targets":{"followers":500}}""");

        await fixture.Fulfillment.RunWorkerAsync();

        var result = JsonElement.Parse((await fixture.Fulfillment.TaskAsync(id)).Result!);
        Assert.That(result.GetProperty("status").GetString(), Is.EqualTo(status));
        Assert.That(result.GetProperty("details").GetProperty("id").GetString(), Is.EqualTo($"job-{id}"));
        Assert.That(fixture.Provider.Calls.To($"/tasks/{type}").Single().BodyText, Does.Contain("\"followers\":500"));
    }

    [Test]
    public async Task A_type_without_an_endpoint_fails_permanently_and_names_the_setting()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync();
        var id = await fixture.Given.ATaskAsync(type: "follower_growth");

        await fixture.RunWorkerAsync();

        var task = await fixture.TaskAsync(id);
        Assert.That(task.Status, Is.EqualTo("failed"));
        Assert.That(task.ErrorMessage, Does.Contain("FULFILLMENT_ENDPOINT_FOLLOWER_GROWTH"));
    }

    [Test]
    public async Task A_retry_carries_the_same_key()
    {
        await using var fixture = await ExecutionFixture.CreateAsync();
        fixture.Provider.Faults.Next(new Fault.ConnectionDrop(), 1, "/");
        var id = await fixture.Fulfillment.Given.ATaskAsync();

        await fixture.Fulfillment.RunWorkerAsync();
        fixture.Fulfillment.Clock.Advance(TimeSpan.FromMinutes(1));
        await fixture.Fulfillment.RunWorkerAsync();

        Assert.That((await fixture.Fulfillment.TaskAsync(id)).Status, Is.EqualTo("completed"));
        Assert.That(
            fixture.Provider.Calls.All.Select(call => call.Headers["Idempotency-Key"]).Distinct(), Is.EqualTo(new[] { id.ToString() }));
    }

    [TestCase("{\"password\":\"hunter2\",\"deep\":[{\"api_key\":\"k\"}],\"fine\":1}")]
    [TestCase("echo very-secret")]
    public async Task Secrets_are_hidden(string text)
    {
        using var response = new HttpResponseMessage { Content = new StringContent(text) };

        var result = await CallResult.ReadAsync(
            response, TimeSpan.Zero, ["very-secret"], DateTimeOffset.UnixEpoch, CancellationToken.None);

        var kept = result.Response!.ToJsonString() + result.Preview;
        Assert.That(kept, Does.Not.Contain("hunter2").And.Not.Contain("very-secret").And.Not.Contain("\"k\""));
    }

    private sealed class ExecutionFixture(FulfillmentFixture fixture, FakeFulfillmentProvider provider) : IAsyncDisposable
    {
        public FulfillmentFixture Fulfillment => fixture;

        public FakeFulfillmentProvider Provider => provider;

        public static async Task<ExecutionFixture> CreateAsync(bool allowPrivate = true, string environment = "local")
        {
            var provider = new FakeFulfillmentProvider(TimeProvider.System);
            await provider.StartAsync(CancellationToken.None);
            var settings = provider.Settings.ToDictionary(entry => entry.Key, entry => (string?)entry.Value);
            settings["SMPLAT_ENVIRONMENT"] = environment;
            settings["FULFILLMENT_ALLOWED_HOSTS"] = "127.0.0.1,localhost";
            settings["FULFILLMENT_ALLOW_PRIVATE_NETWORKS"] = allowPrivate ? "true" : "false";
            settings["FULFILLMENT_TEMPLATE_KEYS"] = "PARTNER_URL,PARTNER_TOKEN";
            settings["PARTNER_URL"] = provider.Address.ToString();
            settings["PARTNER_TOKEN"] = "very-secret";
            return new(await FulfillmentFixture.CreateAsync(settings: settings), provider);
        }

        public Task<Guid> ATaskAsync(string execution) =>
            fixture.Given.ATaskAsync(payload: $$$"""{"execution": {{{execution}}} ,"raw_payload":{"kept":true}}""");

        public async ValueTask DisposeAsync()
        {
            await fixture.DisposeAsync();
            await provider.DisposeAsync();
        }
    }
}
