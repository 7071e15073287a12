using System.Net;
using System.Net.Http.Headers;
using Smplat.Tests.Support;

namespace Smplat.Tests.Http;

public sealed class AccessTests
{
    private const string OperatorRoute = "/api/v1/operators/jobs";

    private static readonly Dictionary<string, string> Keys = new()
    {
        ["SMPLAT_ENVIRONMENT"] = "production",
        ["CHECKOUT_API_KEY"] = "checkout-key",
        ["CHECKOUT_API_KEY_PREVIOUS"] = "old-checkout-key",
        ["OPERATOR_API_KEY"] = "operator-key",
        ["METRICS_API_KEY"] = "metrics-key",
    };

    [TestCase("operator-key", HttpStatusCode.OK)]
    [TestCase("checkout-key", HttpStatusCode.Forbidden)]
    [TestCase("metrics-key", HttpStatusCode.Forbidden)]
    [TestCase("nobodys-key", HttpStatusCode.Unauthorized)]
    [TestCase(null, HttpStatusCode.Unauthorized)]
    public async Task An_operator_route_requires_the_operator_key(string? key, HttpStatusCode expected)
    {
        await using var app = await SmplatApp.StartAsync(Keys);

        Assert.That((await GetAsync(app, OperatorRoute, key, bearer: false)).StatusCode, Is.EqualTo(expected));
        Assert.That((await GetAsync(app, OperatorRoute, key, bearer: true)).StatusCode, Is.EqualTo(expected));
    }

    [Test]
    public async Task While_there_is_no_operator_key_the_checkout_keys_open_operator_routes()
    {
        var settings = new Dictionary<string, string>(Keys) { ["OPERATOR_API_KEY"] = "" };
        await using var app = await SmplatApp.StartAsync(settings);

        Assert.That((await GetAsync(app, OperatorRoute, "checkout-key", bearer: true)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await GetAsync(app, OperatorRoute, "old-checkout-key", bearer: false)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Without_any_key_a_deployed_app_fails_closed_and_readiness_says_so()
    {
        await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { ["SMPLAT_ENVIRONMENT"] = "production" });

        var answer = await GetAsync(app, OperatorRoute, "anything", bearer: false);
        var readiness = await app.Client.GetStringAsync("/api/v1/health/readyz");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("CHECKOUT_API_KEY"));
        Assert.That(readiness, Does.Contain("\"status\":\"error\"").And.Contain("\"api_keys\""));
    }

    [Test]
    public async Task A_local_run_without_keys_is_open_and_one_with_a_key_is_not()
    {
        await using var open = await SmplatApp.StartAsync();
        await using var keyed = await SmplatApp.StartAsync(new Dictionary<string, string> { ["CHECKOUT_API_KEY"] = "k" });

        Assert.That((await GetAsync(open, OperatorRoute, null, bearer: false)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await GetAsync(keyed, OperatorRoute, null, bearer: false)).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task The_refusal_has_the_body_that_clients_know()
    {
        await using var app = await SmplatApp.StartAsync(Keys);

        var body = await (await GetAsync(app, OperatorRoute, "wrong", bearer: false)).Content.ReadAsStringAsync();

        Assert.That(body, Does.Contain("\"detail\":\"Invalid API key\"").And.Contain("\"trace_id\":"));
    }

    private static async Task<HttpResponseMessage> GetAsync(SmplatApp app, string path, string? key, bool bearer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (key is not null && bearer)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
        else if (key is not null)
        {
            request.Headers.Add("X-API-Key", key);
        }

        return await app.Client.SendAsync(request);
    }
}
