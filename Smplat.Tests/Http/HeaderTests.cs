using System.Net;
using Smplat.Tests.Support;

namespace Smplat.Tests.Http;

public sealed class HeaderTests
{
    private static readonly string[] Security =
    [
        "X-Frame-Options", "X-Content-Type-Options", "X-XSS-Protection", "Content-Security-Policy",
        "Strict-Transport-Security", "Referrer-Policy", "Permissions-Policy",
    ];

    [TestCase("/healthz")]
    [TestCase("/api/v1/operators/job-runs?limit=0")]
    public async Task Answers_and_errors_carry_the_security_headers(string path)
    {
        await using var app = await SmplatApp.StartAsync();

        var answer = await app.Client.GetAsync(path);

        Assert.That(Security.Where(name => !answer.Headers.Contains(name)), Is.Empty);
    }

    [Test]
    public async Task A_preflight_of_a_commerce_route_is_answered_for_every_origin()
    {
        await using var app = await SmplatApp.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Options, "/functions/v1/loopgpt_route_order");

        var answer = await app.Client.SendAsync(request);

        Assert.Multiple(() =>
        {
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(answer.Headers.GetValues("Access-Control-Allow-Origin").Single(), Is.EqualTo("*"));
            Assert.That(answer.Headers.GetValues("Access-Control-Allow-Methods").Single(), Is.EqualTo("POST, OPTIONS"));
            Assert.That(answer.Headers.GetValues("Access-Control-Allow-Headers").Single(), Does.Contain("idempotency-key"));
        });
    }

    [TestCase("https://shop.test", true)]
    [TestCase("https://evil.test", false)]
    public async Task Other_routes_allow_only_the_configured_origins(string origin, bool allowed)
    {
        await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { ["SMPLAT_CORS_ORIGINS"] = "https://shop.test" });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/healthz");
        request.Headers.Add("Origin", origin);

        var answer = await app.Client.SendAsync(request);

        Assert.That(answer.Headers.Contains("Access-Control-Allow-Origin"), Is.EqualTo(allowed));
    }
}
