using System.Net;
using Microsoft.Playwright;
using Smplat.Tests.Support;

namespace Smplat.Tests.Http;

/// <summary>The reference page in a real browser.</summary>
public sealed class ApiReferenceTests
{
    /// <summary>Records what the policy of the page has blocked.</summary>
    private const string Watch =
        """
        window.violations = [];
        document.addEventListener('securitypolicyviolation', e => window.violations.push(`${e.effectiveDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber} ${e.sample}`));
        """;

    [TestCase(1280, 900)]
    [TestCase(390, 844)]
    public async Task It_shows_the_document_and_sends_no_request_to_other_hosts(int width, int height)
    {
        await using var browser = await Browser.LaunchAsync();
        await using var app = await SmplatApp.StartAsync();
        var page = await browser.OpenAsync(width, height);
        var (foreign, complaints) = (new List<string>(), new List<string>());
        page.Request += (_, request) =>
        {
            if (request.Url.StartsWith("http", StringComparison.Ordinal) && !request.Url.StartsWith(app.Client.BaseAddress!.ToString(), StringComparison.Ordinal))
            {
                foreign.Add(request.Url);
            }
        };
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => complaints.Add(error);
        await page.AddInitScriptAsync(Watch);

        await page.GotoAsync(Address(app) + "#tag/health/GET/api/v1/healthz");
        await page.GetByText("Members that a request may leave out").First.WaitForAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Liveness", Exact = true }).WaitForAsync();
        var sample = await page.GetByText("/api/v1/healthz").First.InnerTextAsync();
        if (width > 1000)
        {
            await SearchAsync(page);
            await TryAsync(page, app);
        }

        Assert.That(sample, Does.Contain("/api/v1/healthz"));
        Assert.That(await page.EvaluateAsync<string[]>("window.violations"), Is.Empty);
        Assert.That(foreign, Is.Empty);
        Assert.That(complaints, Is.Empty);
        Assert.That(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), Is.LessThanOrEqualTo(width));
    }

    [TestCase(ColorScheme.Light)]
    [TestCase(ColorScheme.Dark)]
    public async Task It_follows_WCAG(ColorScheme scheme)
    {
        await using var browser = await Browser.LaunchAsync();
        await using var app = await SmplatApp.StartAsync();
        var page = await browser.OpenAsync(1280, 900);
        await page.EmulateMediaAsync(new() { ColorScheme = scheme });
        await page.GotoAsync(Address(app));
        await page.GetByText("Members that a request may leave out").First.WaitForAsync();

        // Scalar labels this list "Schema" while it shows the schema that is chosen.
        var violations = await Accessibility.ViolationsAsync(page, "[data-testid=response-variant-picker]");

        Assert.That(violations, Is.Empty, string.Join(Environment.NewLine, violations));
    }

    private static async Task SearchAsync(IPage page)
    {
        await page.Keyboard.PressAsync("Control+k");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Combobox).Or(page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Searchbox)).First.FillAsync("incident banner");
        await page.GetByRole(AriaRole.Dialog).GetByText("Put up the incident banner").First.WaitForAsync();
        await page.Keyboard.PressAsync("Escape");
    }

    /// <summary>Sends a request from the page and waits until the app has answered it.</summary>
    private static async Task TryAsync(IPage page, SmplatApp app)
    {
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("Test Request.*get .api.v1.healthz\\)", System.Text.RegularExpressions.RegexOptions.IgnoreCase) }).First.ClickAsync();
        var answer = await page.RunAndWaitForResponseAsync(
            () => page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Send") }).First.ClickAsync(),
            response => response.Url.EndsWith("/api/v1/healthz", StringComparison.Ordinal));

        Assert.That(answer.Status, Is.EqualTo(200));
        await page.GetByText("200 OK").Or(page.GetByText("200")).First.WaitForAsync();
        Assert.That(answer.Url, Does.StartWith(app.Client.BaseAddress!.ToString()));
    }

    [TestCase("gzip", "gzip")]
    [TestCase("identity", null)]
    [TestCase("gzip;q=0", null)]
    public async Task Its_scripts_are_compressed_for_callers_that_accept_it_and_cached_by_browsers(string accepted, string? encoding)
    {
        await using var app = await SmplatApp.StartAsync();
        var html = await app.Client.GetStringAsync("/api/docs");
        var address = html.Split("src=\"").Skip(1).Select(part => part.Split('"')[0]).First(part => part.Contains("scalar", StringComparison.Ordinal));
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Add("Accept-Encoding", accepted);

        using var answer = await app.Client.SendAsync(request);
        using var again = new HttpRequestMessage(HttpMethod.Get, address);
        again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);

        Assert.That(answer.Content.Headers.ContentEncoding.SingleOrDefault(), Is.EqualTo(encoding));
        Assert.That(answer.Headers.CacheControl!.ToString(), Does.Contain("immutable").Or.Contain("max-age=31536000"));
        Assert.That((await answer.Content.ReadAsByteArrayAsync()).Length, encoding is null ? Is.GreaterThan(4_000_000) : Is.LessThan(2_000_000));
        Assert.That((await app.Client.SendAsync(again)).StatusCode, Is.EqualTo(HttpStatusCode.NotModified));
    }

    [Test]
    public async Task The_document_is_compressed_and_sent_again_only_when_it_has_changed()
    {
        await using var app = await SmplatApp.StartAsync();
        using var first = new HttpRequestMessage(HttpMethod.Get, "/api/openapi.json");
        first.Headers.Add("Accept-Encoding", "gzip");
        using var answer = await app.Client.SendAsync(first);
        using var again = new HttpRequestMessage(HttpMethod.Get, "/api/openapi.json");
        again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);

        Assert.That(answer.Content.Headers.ContentEncoding, Is.EqualTo(new[] { "gzip" }));
        Assert.That(answer.Headers.CacheControl!.NoCache, Is.True);
        Assert.That((await app.Client.SendAsync(again)).StatusCode, Is.EqualTo(HttpStatusCode.NotModified));
    }

    [Test]
    public async Task Its_policy_allows_only_own_scripts_and_no_eval()
    {
        await using var app = await SmplatApp.StartAsync();

        using var answer = await app.Client.GetAsync("/api/docs");

        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.That(policy, Does.Contain("default-src 'none'; script-src 'self';").And.Contain("connect-src 'self'").And.Not.Contain("eval"));
        Assert.That((await app.Client.GetAsync("/api/docs/nothing.js")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    private static string Address(SmplatApp app) => new Uri(app.Client.BaseAddress!, "/api/docs").ToString();
}
