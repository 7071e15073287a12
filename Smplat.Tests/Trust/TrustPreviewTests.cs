using System.Text.Json;
using Microsoft.Playwright;
using Smplat.Tests.Support;

namespace Smplat.Tests.Trust;

[Parallelizable(ParallelScope.All)]
public sealed class TrustPreviewTests
{
    private const string Attack = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">\"'&";

    [Test]
    public async Task The_page_requires_the_token()
    {
        await using var trust = await TrustFixture.StartAsync(new() { ["CHECKOUT_PREVIEW_TOKEN"] = "the-token" });
        foreach (var query in new[] { "", "?token=", "?token=the-tokeN", "?token=the-token2", "?environment=moon" })
        {
            Assert.That((int)(await trust.App.Client.GetAsync($"/trust-preview/checkout{query}")).StatusCode, Is.EqualTo(404), query);
        }

        var page = await trust.App.Client.GetAsync("/trust-preview/checkout?token=the-token");
        Assert.That((int)page.StatusCode, Is.EqualTo(200));
        Assert.That(page.Headers.CacheControl!.NoStore, Is.True);
        Assert.That(page.Headers.GetValues("Referrer-Policy"), Is.EqualTo(new[] { "no-referrer" }));
    }

    [TestCase("local", 200)]
    [TestCase("production", 404)]
    public async Task Without_a_token_the_page_exists_only_in_a_local_run(string environment, int status)
    {
        await using var trust = await TrustFixture.StartAsync(new() { ["SMPLAT_ENVIRONMENT"] = environment, ["CHECKOUT_PREVIEW_TOKEN"] = "" });

        Assert.That((int)(await trust.App.Client.GetAsync("/trust-preview/checkout")).StatusCode, Is.EqualTo(status));
    }

    [Test]
    public async Task What_editors_write_is_text_in_a_real_browser()
    {
        await using var browser = await Browser.LaunchAsync();
        await using var trust = await TrustFixture.StartAsync();
        await WriteAsync(trust, "checkout", Attack);
        var page = await browser.OpenAsync(1280, 900);
        var complaints = new List<string>();
        page.Console += (_, message) => complaints.Add(message.Text);

        await page.GotoAsync(new Uri(trust.App.Client.BaseAddress!, "/trust-preview/checkout").ToString());

        Assert.That(await page.TitleAsync(), Is.EqualTo("Trust preview: checkout"));
        Assert.That(await page.Locator(".draft h3").First.InnerTextAsync(), Is.EqualTo(Attack));
        Assert.That(await page.Locator("script, img").CountAsync(), Is.Zero);
        Assert.That(complaints, Is.Empty, "the page's content security policy allows everything it needs");
    }

    [Test]
    public async Task The_page_meets_WCAG()
    {
        await using var browser = await Browser.LaunchAsync();
        await using var trust = await TrustFixture.StartAsync();
        await WriteAsync(trust, "checkout", "Checkout");
        var page = await browser.OpenAsync(1280, 900);
        await page.GotoAsync(new Uri(trust.App.Client.BaseAddress!, "/trust-preview/checkout").ToString());

        var violations = await Accessibility.ViolationsAsync(page);

        Assert.That(violations, Is.Empty, string.Join(Environment.NewLine, violations));
    }

    [Test]
    public async Task Draft_and_live_are_shown_side_by_side_with_the_state_of_every_binding()
    {
        await using var browser = await Browser.LaunchAsync();
        await using var trust = await TrustFixture.StartAsync();
        await WriteAsync(trust, "landing", "Landing");
        await WriteAsync(trust, "checkout", "Checkout");
        var now = trust.Clock.GetUtcNow();
        var item = await trust.Rows.OrderAsync(now.AddDays(-1));
        await trust.Rows.TaskAsync(new { order_item_id = item, status = "completed", scheduled_at = now, completed_at = now });
        var page = await browser.OpenAsync(1280, 900);
        await page.GotoAsync(new Uri(trust.App.Client.BaseAddress!, "/trust-preview/landing").ToString());

        var (draft, live) = (page.Locator(".draft .card h3").First, page.Locator(".live .card h3").First);
        Assert.That(await draft.InnerTextAsync(), Is.EqualTo("Landing"));
        Assert.That(await live.InnerTextAsync(), Is.EqualTo("Checkout"), "live is what the checkout shows");
        var (left, right) = ((await draft.BoundingBoxAsync())!, (await live.BoundingBoxAsync())!);
        Assert.That(right.X, Is.GreaterThan(left.X + 300));

        Assert.That(await ChipsAsync(page, ".draft"), Is.EqualTo(new[] { "fresh", "preview • fresh", "stale", "unbound" }));
        Assert.That(await ChipsAsync(page, ".live"), Is.EqualTo(new[] { "fresh", "missing", "fresh", "unbound" }));
        var facts = await page.Locator(".live .facts").First.InnerTextAsync();
        Assert.That(facts, Does.Contain("fulfillment_sla_on_time_pct").And.Contain("100%").And.Contain("1 sample").And.Contain("24 h"));
    }

    [Test]
    public async Task On_a_phone_nothing_overflows_and_the_versions_are_stacked()
    {
        await using var browser = await Browser.LaunchAsync();
        await using var trust = await TrustFixture.StartAsync();
        await WriteAsync(trust, "checkout", $"Checkout {new string('W', 120)}");
        var page = await browser.OpenAsync(375, 740);
        await page.GotoAsync(new Uri(trust.App.Client.BaseAddress!, "/trust-preview/checkout").ToString());

        Assert.That(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), Is.LessThanOrEqualTo(375));
        var (draft, live) = ((await page.Locator(".draft .card").First.BoundingBoxAsync())!, (await page.Locator(".live .card").First.BoundingBoxAsync())!);
        Assert.That(live.Y, Is.GreaterThan(draft.Y + draft.Height));
    }

    private static async Task<IEnumerable<string>> ChipsAsync(IPage page, string side) =>
        await page.Locator($"section:has(h2:text('Performance')) {side} .card .row .chip").AllInnerTextsAsync();

    private static async Task WriteAsync(TrustFixture trust, string slug, string headline)
    {
        var message = JsonSerializer.Serialize(new
        {
            collection = "checkout-trust-experiences",
            doc = new
            {
                slug,
                name = headline,
                environment = "development",
                guaranteeHeadline = headline,
                performanceSnapshots = new object[]
                {
                    new { label = "On time", metric = new { metricId = "fulfillment_sla_on_time_pct", provenanceNote = headline } },
                    new { label = "Score", fallbackValue = "Good", metric = new { metricId = "nps_trailing_30d", previewState = "fresh" } },
                    new { label = "On time", metric = new { metricId = "fulfillment_sla_on_time_pct", previewState = "stale" } },
                    new { label = "Since", fallbackValue = "2019" },
                },
                assurancePoints = Array.Empty<object>(),
                deliveryTimeline = (object?)null,
            },
        });
        Assert.That(await TrustContentTests.StatusAsync(trust, message), Is.EqualTo("stored"));
    }
}
