using System.Net;
using System.Text.Json;

namespace Smplat.Tests.Onboarding;

/// <summary>The client's side of a journey.</summary>
public sealed class JourneyTests
{
    private OnboardingFixture _api = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _api = await OnboardingFixture.StartAsync();

    [OneTimeTearDown]
    public ValueTask StopAsync() => _api.DisposeAsync();

    [Test]
    public async Task A_new_journey_has_three_tasks_with_due_dates()
    {
        var orderId = await _api.AnOrderAsync();

        var (status, journey) = await _api.StartAsync(orderId);

        Assert.That(status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(journey.GetProperty("status").GetString(), Is.EqualTo("active"));
        Assert.That(journey.GetProperty("current_step").GetString(), Is.EqualTo("intake"));
        var tasks = journey.GetProperty("tasks").EnumerateArray().ToArray();
        Assert.That(tasks.Select(task => task.GetProperty("slug").GetString()), Is.EqualTo(new[] { "intake", "assets", "collaboration" }));
        Assert.That(tasks.Select(task => task.GetProperty("due_at").ValueKind), Is.All.EqualTo(JsonValueKind.String));
        Assert.That(await _api.CountAsync("onboarding_journey_events", $"order_id = '{orderId}' and event_type = 'journey_started'"), Is.EqualTo(1));
    }

    [Test]
    public async Task Twenty_concurrent_first_calls_open_one_journey()
    {
        var orderId = await _api.AnOrderAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _api.StartAsync(orderId)));

        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That(answers.Select(answer => answer.Body.GetProperty("id").GetGuid()).Distinct().Count(), Is.EqualTo(1));
        Assert.That(await _api.CountAsync("onboarding_journey_events", $"order_id = '{orderId}'"), Is.EqualTo(1));
    }

    [Test]
    public async Task Later_calls_add_to_the_context_and_erase_nothing()
    {
        var orderId = await _api.AnOrderAsync();
        await _api.StartAsync(orderId, """{"referralCode":"A1","offer":{"slug":"x"},"platformContexts":[{"id":"1","label":"Instagram","platform_type":"instagram"}]}""");

        await _api.StartAsync(orderId, """{"support":{"tier":"gold"}}""");

        var (code, context) = (await _api.RowsAsync<(string, string)>(
            "select referral_code, context::text from onboarding_journeys where order_id = @orderId", new { orderId })).Single();
        var json = JsonSerializer.Deserialize<JsonElement>(context);
        Assert.That(code, Is.EqualTo("A1"));
        Assert.That(json.GetProperty("offer").GetProperty("slug").GetString(), Is.EqualTo("x"));
        Assert.That(json.GetProperty("support").GetProperty("tier").GetString(), Is.EqualTo("gold"));
        Assert.That(json.GetProperty("platform_contexts")[0].GetProperty("platformType").GetString(), Is.EqualTo("instagram"));
    }

    [Test]
    public async Task Ticking_the_last_task_completes_the_journey_and_unticking_reopens_it()
    {
        var orderId = await _api.AnOrderAsync();
        var tasks = await TasksAsync(orderId);
        foreach (var task in tasks)
        {
            await _api.ToggleAsync(orderId, task, true);
        }

        var (_, complete) = await _api.GetAsync($"/api/onboarding/journeys/{orderId}");
        await _api.ToggleAsync(orderId, tasks[1], false);
        var (_, reopened) = await _api.GetAsync($"/api/v1/orders/{orderId}/onboarding");

        Assert.That(complete.GetProperty("status").GetString(), Is.EqualTo("completed"));
        Assert.That(complete.GetProperty("progress_percentage").GetDecimal(), Is.EqualTo(100));
        Assert.That(complete.GetProperty("completed_at").ValueKind, Is.EqualTo(JsonValueKind.String));
        Assert.That(reopened.GetProperty("status").GetString(), Is.EqualTo("active"));
        Assert.That(reopened.GetProperty("progress_percentage").GetDecimal(), Is.EqualTo(66.67m));
        Assert.That(reopened.GetProperty("current_step").GetString(), Is.EqualTo("assets"));
    }

    [Test]
    public async Task The_same_tick_from_concurrent_callers_is_one_change()
    {
        var orderId = await _api.AnOrderAsync();
        var task = (await TasksAsync(orderId))[0];

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => _api.ToggleAsync(orderId, task, true)));

        Assert.That(answers.Select(answer => answer.Body.GetProperty("status").GetString()), Is.All.EqualTo("completed"));
        Assert.That(await _api.CountAsync("onboarding_journey_events", $"task_id = '{task}'"), Is.EqualTo(1));
        Assert.That(await _api.CountAsync("onboarding_interactions", $"task_id = '{task}'"), Is.EqualTo(1));
    }

    [Test]
    public async Task Unknown_orders_journeys_and_tasks_are_404()
    {
        var known = await _api.AnOrderAsync();
        await TasksAsync(known);
        var nobody = Guid.NewGuid();

        var statuses = new[]
        {
            (await _api.GetAsync($"/api/v1/orders/{nobody}/onboarding")).Status,
            (await _api.StartAsync(nobody)).Status,
            (await _api.ToggleAsync(nobody, nobody, true)).Status,
            (await _api.ToggleAsync(known, nobody, true)).Status,
            (await _api.SendAsync(HttpMethod.Post, $"/api/v1/orders/{nobody}/onboarding/referral", """{"referral_code":"x"}""")).Status,
            (await _api.SendAsync(HttpMethod.Post, $"/api/v1/orders/{nobody}/onboarding/artifacts", """{"label":"x"}""")).Status,
            (await _api.SendAsync(
                HttpMethod.Post,
                $"/api/v1/orders/{nobody}/onboarding/pricing-experiments",
                """{"experiments":[{"slug":"a","variant_key":"b"}]}""")).Status,
        };

        Assert.That(statuses, Is.All.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await _api.GetAsync("/api/v1/orders/x/onboarding")).Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
    }

    [Test]
    public async Task The_first_referral_code_is_kept_and_every_copy_is_an_event()
    {
        var orderId = await _api.AnOrderAsync();
        await _api.SendAsync(HttpMethod.Post, $"/api/v1/orders/{orderId}/onboarding/referral", """{"referral_code":"ONE"}""");
        await _api.SendAsync(HttpMethod.Post, $"/api/v1/orders/{orderId}/onboarding/referral", """{"referral_code":"TWO"}""");

        var (_, journey) = await _api.GetAsync($"/api/v1/orders/{orderId}/onboarding");

        Assert.That(journey.GetProperty("referral_code").GetString(), Is.EqualTo("ONE"));
        Assert.That(await _api.CountAsync("onboarding_journey_events", $"order_id = '{orderId}' and event_type = 'referral_copied'"), Is.EqualTo(2));
    }

    [Test]
    public async Task An_artifact_is_received_once()
    {
        var orderId = await _api.AnOrderAsync();
        var (created, artifact) = await _api.SendAsync(
            HttpMethod.Post, $"/api/v1/orders/{orderId}/onboarding/artifacts", """{"label":"Logo","required":true}""");
        var path = $"/api/v1/orders/{orderId}/onboarding/artifacts/{artifact.GetProperty("id").GetGuid()}";

        var (_, first) = await _api.SendAsync(HttpMethod.Patch, path, """{"url":"https://files.example/logo.svg"}""");
        var (_, second) = await _api.SendAsync(HttpMethod.Patch, path, """{"url":"https://files.example/logo.svg"}""");
        var (bad, _) = await _api.SendAsync(HttpMethod.Patch, path, """{"url":"javascript:alert(1)"}""");

        Assert.That(created, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(second.GetProperty("received_at").GetString(), Is.EqualTo(first.GetProperty("received_at").GetString()));
        Assert.That(bad, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(await _api.CountAsync("onboarding_journey_events", $"order_id = '{orderId}' and event_type = 'artifact_received'"), Is.EqualTo(1));
    }

    private async Task<Guid[]> TasksAsync(Guid orderId)
    {
        var (_, journey) = await _api.StartAsync(orderId);
        return [.. journey.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("id").GetGuid())];
    }
}
