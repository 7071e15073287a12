using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Smplat.Functions.Http;
using Smplat.Tests.Ops;
using Smplat.Tests.Support;

namespace Smplat.Tests.Access;

/// <summary>Lockouts and access events over HTTP and from the command line.</summary>
public sealed class AccessRouteTests
{
    private const string Events = "/api/v1/security/access-events";
    private const string Attempts = "/api/v1/auth/attempts";

    private static readonly Dictionary<string, string> Keys = new()
    {
        ["SMPLAT_ENVIRONMENT"] = "production",
        ["CHECKOUT_API_KEY"] = "storefront-key",
        ["OPERATOR_API_KEY"] = "operator-key",
        ["METRICS_API_KEY"] = "metrics-key",
        ["MEMBER_TOKEN_SECRET"] = MemberToken.Secret,
        ["AUTH_LOCKOUT_SECRET"] = "a key of the hashes with enough characters",
        ["SMPLAT_RATE_STANDARD"] = "1",
    };

    [Test]
    public async Task A_sign_in_is_locked_looked_up_and_lifted()
    {
        await using var app = await SmplatApp.StartAsync(Keys);
        JsonElement state = default;
        for (var attempt = 0; attempt < 5; attempt++)
        {
            state = await ReadAsync(app, HttpMethod.Post, Attempts, "storefront-key", new { identifier = "ada@example.com", outcome = "failure" });
        }

        var read = await ReadAsync(app, HttpMethod.Get, "/api/v1/auth/lockout?identifier=ADA%40example.com", "storefront-key");
        string[] address = ["--base-url", app.Client.BaseAddress!.ToString(), "--api-key", "operator-key"];
        var shown = await CliRun.RunAsync(["auth", "lockout", "show", "ada@example.com", "--json", .. address]);
        var lifted = await CliRun.RunAsync(["auth", "lockout", "lift", "ada@example.com", "--reason", "called", "--by", "on-call", .. address]);
        var after = await ReadAsync(app, HttpMethod.Get, "/api/v1/auth/lockout?identifier=ada%40example.com", "storefront-key");
        var people = await CliRun.RunAsync(["auth", "lockout", "show", "ada@example.com", .. address]);

        Assert.Multiple(() =>
        {
            Assert.That(state.GetProperty("locked").GetBoolean(), Is.True);
            Assert.That(state.GetProperty("retry_after_seconds").GetInt32(), Is.InRange(890, 900));
            Assert.That(read.GetProperty("remaining_attempts").GetInt32(), Is.Zero);
            Assert.That(shown.Json.GetProperty("is_locked").GetBoolean(), Is.True, shown.Error);
            Assert.That(lifted.Output, Does.Contain("Locks lifted: 1."), lifted.Error);
            Assert.That(after.GetProperty("locked").GetBoolean(), Is.False);
            Assert.That(people.Output, Does.Contain("not locked").And.Contain("on-call").And.Contain("called"));
        });
    }

    [TestCase("""{"outcome":"failure"}""", "identifier")]
    [TestCase("""{"identifier":"  ","outcome":"failure"}""", "identifier")]
    [TestCase("""{"identifier":"a","outcome":"maybe"}""", "outcome")]
    [TestCase("""{"identifier":"a"}""", "outcome")]
    [TestCase("""{"identifier":"a","outcome":"failure","client_address":"home"}""", "client_address")]
    public async Task An_attempt_that_cannot_be_counted_is_refused_and_the_member_named(string body, string member)
    {
        await using var app = await SmplatApp.StartAsync();

        var answer = await app.Client.PostAsync(Attempts, new StringContent(body, null, "application/json"));

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain($"\"{member}\""));
    }

    [Test]
    public async Task Refusals_and_changes_are_recorded_with_who_why_and_trace_and_no_secret()
    {
        await using var app = await SmplatApp.StartAsync(Keys);
        var token = MemberToken.Create(Guid.Parse("0f9c1c8e-0000-4000-8000-000000000001"), TimeProvider.System);
        await SendAsync(app, HttpMethod.Get, "/api/v1/operators/jobs", "guessed-key");
        await SendAsync(app, HttpMethod.Get, "/api/v1/operators/jobs", null);
        await SendAsync(app, HttpMethod.Get, "/api/v1/operators/jobs", "storefront-key");
        await SendAsync(app, HttpMethod.Get, "/api/v1/notifications/preferences/0f9c1c8e-0000-4000-8000-000000000002", "storefront-key", null, token);
        await SendAsync(app, HttpMethod.Get, "/api/v1/products", null);
        await SendAsync(app, HttpMethod.Get, "/api/v1/products", null);
        await SendAsync(app, HttpMethod.Put, "/api/v1/operators/banner", "operator-key", new { message = "m", set_by = "o" });
        await SendAsync(app, HttpMethod.Put, "/api/v1/operators/banner", "operator-key", new { });
        await SendAsync(app, HttpMethod.Get, "/api/v1/operators/banner", "operator-key");
        await SendAsync(app, HttpMethod.Post, Attempts, "storefront-key", new { identifier = "ada@example.com", outcome = "failure" });

        var events = await ReadAsync(app, HttpMethod.Get, $"{Events}?limit=200", "operator-key");
        var told = events.EnumerateArray().Select(Tell).ToArray();

        Assert.That(told, Is.EquivalentTo(new[]
        {
            "GET /api/v1/operators/jobs operator denied wrong_key 401 ",
            "GET /api/v1/operators/jobs operator denied no_key 401 ",
            "GET /api/v1/operators/jobs operator denied wrong_scope 403 checkout",
            "GET /api/v1/notifications/preferences/{userId} member denied other_member 403 checkout",
            "GET /api/v1/products open rate_limited rate_standard 429 ",
            "PUT /api/v1/operators/banner operator allowed  200 operator",
            "PUT /api/v1/operators/banner operator allowed  422 operator",
        }));
        Assert.That(events.ToString(), Does.Not.Contain("-key\"").And.Not.Contain("guessed").And.Not.Contain(token).And.Not.Contain("example.com"));
        var traces = events.EnumerateArray()
            .Where(entry => entry.GetProperty("key_name").ValueKind == JsonValueKind.String)
            .Select(entry => entry.GetProperty("trace_id").GetString())
            .ToArray();
        Assert.That(traces, Is.All.Match("^[0-9a-f]{32}$"));
        Assert.That(traces, Is.Unique);
        Assert.That(
            events.EnumerateArray().Single(entry => entry.GetProperty("reason").GetString() == "other_member").GetProperty("user_id").GetString(),
            Is.EqualTo("0f9c1c8e-0000-4000-8000-000000000001"));
    }

    [Test]
    public async Task A_storefront_reports_its_decisions_and_operators_count_them()
    {
        await using var app = await SmplatApp.StartAsync(Keys);
        foreach (var (decision, tier, email) in new[]
        {
            ("denied", "admin", "Ada@Example.com"), ("denied", "operator", "ada@example.com"), ("redirected", "member", "eve@example.com"),
            ("rate_limited", "admin", "eve@example.com"), ("allowed", "admin", "ada@example.com"),
        })
        {
            using var answer = await SendAsync(
                app, HttpMethod.Post, Events, "storefront-key",
                new { route = "/admin?token=abc", method = "GET", required_tier = tier, decision, reason = "role", subject_email = email, metadata = new { device = "phone" } });
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Created), await answer.Content.ReadAsStringAsync());
        }

        var figures = await ReadAsync(app, HttpMethod.Get, $"{Events}/metrics?window_hours=1", "operator-key");
        var denied = await ReadAsync(app, HttpMethod.Get, $"{Events}?decisions=denied&decisions=redirected&limit=2", "operator-key");
        var later = await ReadAsync(app, HttpMethod.Get, $"{Events}?since=2999-01-01T00:00:00Z", "operator-key");

        Assert.That(
            figures.EnumerateObject().Skip(1).Select(member => (member.Name, member.Value.GetInt64())),
            Is.EqualTo(new[]
            {
                ("window_hours", 1L), ("total", 5), ("allowed", 1), ("denied", 2), ("redirected", 1), ("rate_limited", 1),
                ("unique_subjects", 2), ("admin_denials", 2),
            }));
        Assert.That(denied.EnumerateArray().Select(entry => entry.GetProperty("decision").GetString()), Is.EqualTo(new[] { "redirected", "denied" }));
        var first = denied[1];
        Assert.That(first.GetProperty("source").GetString(), Is.EqualTo("report"));
        Assert.That(first.GetProperty("route").GetString(), Is.EqualTo("/admin"), "a query can hold a token");
        Assert.That(first.GetProperty("subject_email").GetString(), Is.EqualTo("ada@example.com"));
        Assert.That(first.GetProperty("key_name").GetString(), Is.EqualTo("checkout"));
        Assert.That(first.GetProperty("metadata").GetProperty("device").GetString(), Is.EqualTo("phone"));
        Assert.That(later.GetArrayLength(), Is.Zero);
    }

    [TestCase("?limit=0")]
    [TestCase("?limit=201")]
    [TestCase("?decisions=maybe")]
    [TestCase("?since=yesterday")]
    [TestCase("/metrics?window_hours=0")]
    [TestCase("/metrics?window_hours=169")]
    public async Task A_question_out_of_range_is_refused(string query)
    {
        await using var app = await SmplatApp.StartAsync();

        Assert.That((int)(await app.Client.GetAsync(Events + query)).StatusCode, Is.EqualTo(422));
    }

    [Test]
    public void Routes_of_administrators_need_a_key_of_their_own()
    {
        var scopes = new KeyRing(new Commerce.Support.Monitor<KeyOptions>(new() { Checkout = "c", Operator = "o" }));
        var withAdmin = new KeyRing(new Commerce.Support.Monitor<KeyOptions>(new() { Checkout = "c", Admin = "a" }));

        Assert.That((scopes.Opens(KeyScope.Admin), withAdmin.Opens(KeyScope.Admin)), Is.EqualTo((false, true)));
        Assert.That(withAdmin.Match("a")!.Scopes, Is.EquivalentTo(Enum.GetValues<KeyScope>()));
        Assert.That(withAdmin.Match("c")!.Scopes, Does.Not.Contain(KeyScope.Admin));
    }

    [Test]
    public async Task The_operators_page_records_logins_actions_and_refusals()
    {
        await using var ops = await OpsFixture.StartAsync();
        await ops.Client.GetAsync("/ops/jobs");
        await ops.LogInAsync("wrong");
        await ops.LogInAsync(OpsFixture.OperatorKey);
        await ops.ActAsync("/ops/banner", ("message", "hello"), ("severity", "info"));
        await ops.SendAsync("/ops/banner", "forged", ("message", "hello"));

        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Events}?limit=200");
        request.Headers.Add("X-API-Key", OpsFixture.OperatorKey);
        using var answer = await ops.Client.SendAsync(request);
        var told = (await answer.Content.ReadFromJsonAsync<JsonElement>()).EnumerateArray().Select(Tell).ToArray();

        Assert.That(told, Is.EquivalentTo(new[]
        {
            "GET /ops/jobs operator redirected no_session 303 ",
            "POST /ops/login open denied wrong_key 403 ",
            "POST /ops/login open allowed  303 operator",
            "POST /ops/banner operator allowed  200 operator",
            "POST /ops/banner operator denied forged_form 403 operator",
        }));
    }

    private static string Tell(JsonElement entry) => string.Join(' ', new[]
    {
        "method", "route", "required_tier", "decision", "reason", "status", "key_name",
    }.Select(name => entry.GetProperty(name).ToString()));

    private static async Task<JsonElement> ReadAsync(SmplatApp app, HttpMethod method, string path, string key, object? body = null)
    {
        using var answer = await SendAsync(app, method, path, key, body);
        Assert.That(answer.IsSuccessStatusCode, Is.True, $"{path}: {await answer.Content.ReadAsStringAsync()}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<HttpResponseMessage> SendAsync(
        SmplatApp app, HttpMethod method, string path, string? key, object? body = null, string? token = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (key is not null)
        {
            request.Headers.Add("X-API-Key", key);
        }

        if (token is not null)
        {
            request.Headers.Add(AccessMiddleware.TokenHeader, token);
        }

        return await app.Client.SendAsync(request);
    }
}
