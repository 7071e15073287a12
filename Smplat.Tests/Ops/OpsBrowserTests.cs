using Microsoft.Playwright;
using Smplat.Tests.Support;

namespace Smplat.Tests.Ops;

/// <summary>The page in a real browser.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class OpsBrowserTests
{
    private const string Attack = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">";

    /// <summary>Cells outside of the window, wider than it, or with a part that sticks out.</summary>
    private const string CutCells =
        """
        [...document.querySelectorAll('.panel tbody th, .panel tbody td')].filter(cell => cell.checkVisibility()).filter(cell => {
          const box = cell.getBoundingClientRect();
          const panel = cell.closest('.panel').getBoundingClientRect();
          return box.left < panel.left || box.right > panel.right || cell.scrollWidth > cell.clientWidth + 1;
        }).map(cell => cell.innerText)
        """;

    /// <summary>Rows that take room and show nothing.</summary>
    private const string BlankRows =
        """
        [...document.querySelectorAll('.panel tbody tr')].filter(row => row.checkVisibility() && row.innerText.trim() === '').map(row => row.outerHTML)
        """;

    [Test]
    public async Task Signing_in_and_acting_need_nothing_but_a_keyboard()
    {
        await using var browser = await Browser.LaunchAsync();
        await using var ops = await OpsFixture.StartAsync();
        var page = await browser.OpenAsync(1280, 900);
        await page.GotoAsync(Address(ops, "/ops"));

        Assert.That(await page.EvaluateAsync<string>("document.activeElement.id"), Is.EqualTo("key"), "the field is ready");
        await page.Keyboard.TypeAsync(OpsFixture.OperatorKey);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/ops");
        await page.Keyboard.PressAsync("Tab");
        var first = await page.EvaluateAsync<string>("document.activeElement.textContent");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("summary:has-text('Set a banner')").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("Kroger is slow");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("aside.incident");

        Assert.That(first, Is.EqualTo("Skip to content"));
        Assert.That(page.Url, Does.EndWith("/ops").Or.EndWith("/ops#main"));
        Assert.That(await page.Locator("aside.incident").InnerTextAsync(), Does.Contain("Kroger is slow").And.Contain("ops-page:operator"));
        Assert.That(await page.Locator(".notice").InnerTextAsync(), Is.EqualTo("The banner is set."));
    }

    [Test]
    public async Task User_input_is_escaped_and_the_policy_allows_everything_the_page_needs()
    {
        await using var browser = await Browser.LaunchAsync();
        await using var ops = await StartWithDataAsync();
        var page = await browser.OpenAsync(1280, 900);
        var complaints = new List<string>();
        page.Console += (_, message) => complaints.Add(message.Text);
        page.PageError += (_, error) => complaints.Add(error);
        await SignInAsync(page, ops);
        foreach (var path in OpsPageTests.Pages)
        {
            await page.GotoAsync(Address(ops, path));
            Assert.That(await page.TitleAsync(), Does.EndWith("Smplat operators"), path);
            Assert.That(await page.Locator("main script, main img").CountAsync(), Is.Zero, path);
            Assert.That(await page.Locator("[data-refresh]").IsVisibleAsync(), Is.True, "the script runs");
        }

        await page.GotoAsync(Address(ops, "/ops/queue"));
        Assert.That(await page.Locator("tbody th a").First.InnerTextAsync(), Is.EqualTo(Attack));
        Assert.That(complaints, Is.Empty);
    }

    [Test]
    public async Task On_a_phone_nothing_overflows_and_every_cell_can_be_read_with_its_heading()
    {
        await using var browser = await Browser.LaunchAsync();
        await using var ops = await StartWithDataAsync();
        var page = await browser.OpenAsync(390, 844);
        await SignInAsync(page, ops);
        foreach (var path in OpsPageTests.Pages)
        {
            await page.GotoAsync(Address(ops, path));
            Assert.That(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), Is.LessThanOrEqualTo(390), path);
            Assert.That(
                await page.EvaluateAsync<bool>("[...document.querySelectorAll('.sections a')].every(a => a.getBoundingClientRect().right <= innerWidth)"),
                Is.True,
                "every section can be seen");
        }

        foreach (var path in OpsPageTests.Pages)
        {
            await page.GotoAsync(Address(ops, path));
            Assert.That(await page.EvaluateAsync<string[]>(CutCells), Is.Empty, path);
            Assert.That(await page.EvaluateAsync<string[]>(BlankRows), Is.Empty, path);
        }

        await page.GotoAsync(Address(ops, "/ops/providers"));
        Assert.That(
            await page.EvaluateAsync<string>("getComputedStyle(document.querySelector('td[data-label=Enabled]'), '::before').content"), Is.EqualTo("\"Enabled\""));
    }

    [Test]
    public async Task A_dead_letter_is_replayed_manually()
    {
        await using var browser = await Browser.LaunchAsync();
        await using var ops = await StartWithDataAsync();
        var page = await browser.OpenAsync(390, 844);
        await SignInAsync(page, ops);
        await page.GotoAsync(Address(ops, "/ops/queue"));

        await page.Locator("summary:has-text('Replay …')").First.ClickAsync();
        await page.Locator("details[open] button:has-text('Replay')").ClickAsync();
        var stopped = await page.EvaluateAsync<bool>("document.querySelector('details[open] input[name=reason]').matches(':invalid')");
        await page.Locator("details[open] input[name=reason]").FillAsync("provider is back");
        await page.Locator("details[open] button:has-text('Replay')").ClickAsync();
        await page.WaitForSelectorAsync(".notice");

        Assert.That(stopped, Is.True, "the browser asks for the reason before anything is sent");
        Assert.That(await page.Locator(".notice").InnerTextAsync(), Does.Contain("was replayed"));
        Assert.That(await ops.Rows.ScalarAsync<long>("select count(*) from fulfillment_tasks where status = 'failed'"), Is.Zero);
    }

    [Test]
    public async Task A_page_refreshes_in_place_and_leaves_alone_what_is_in_use()
    {
        await using var browser = await Browser.LaunchAsync();
        await using var ops = await StartWithDataAsync();
        var page = await browser.OpenAsync(1280, 500);
        await page.Clock.InstallAsync();
        await SignInAsync(page, ops);
        await page.GotoAsync(Address(ops, "/ops/queue"));
        await page.EvaluateAsync("window.sameDocument = true");
        await page.Locator("summary:has-text('Replay …')").First.ClickAsync();
        await page.Locator("details[open] input[name=reason]").FillAsync("half typed");
        await page.EvaluateAsync("document.querySelector('details[open]').scrollIntoView({ behavior: 'instant' })");
        var before = await page.EvaluateAsync<double>("document.querySelector('details[open]').getBoundingClientRect().top");
        await ops.Rows.ADeadLetterAsync("A second one");
        ops.Clock.Advance(TimeSpan.FromSeconds(31));

        await page.Clock.FastForwardAsync(31_000);
        await page.Locator(".tile.bad dd:text-is('2')").WaitForAsync();

        Assert.That(await page.EvaluateAsync<bool>("window.sameDocument"), Is.True, "the page was not loaded again");
        Assert.That(await page.Locator("details[open] input[name=reason]").InputValueAsync(), Is.EqualTo("half typed"));
        Assert.That(await page.Locator("tbody th a").CountAsync(), Is.EqualTo(1), "the list with the open form waits");
        Assert.That(await page.EvaluateAsync<double>("document.querySelector('details[open]').getBoundingClientRect().top"), Is.EqualTo(before).Within(2), "nothing moved");

        await page.Locator("details.act[open] > summary").ClickAsync();
        await page.Clock.FastForwardAsync(31_000);
        await page.Locator("tbody th a:text-is('A second one')").WaitForAsync();
    }

    [Test]
    public async Task Refresh_is_on_can_be_turned_off_and_pauses_in_a_hidden_tab()
    {
        await using var browser = await Browser.LaunchAsync();
        await using var ops = await StartWithDataAsync();
        var page = await browser.OpenAsync(1280, 900);
        await page.Clock.InstallAsync();
        await SignInAsync(page, ops);
        var fetched = 0;
        page.Request += (_, request) => fetched += request.ResourceType == "fetch" ? 1 : 0;
        var button = page.Locator("[data-refresh]");

        var isOn = await button.GetAttributeAsync("aria-pressed");
        await page.EvaluateAsync("Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })");
        await page.Clock.FastForwardAsync(120_000);
        var whileHidden = fetched;
        await page.RunAndWaitForRequestFinishedAsync(() => page.EvaluateAsync(
            "Object.defineProperty(document, 'hidden', { configurable: true, get: () => false }), document.dispatchEvent(new Event('visibilitychange'))"));
        var onReturn = fetched;
        await button.ClickAsync();
        await page.Clock.FastForwardAsync(120_000);

        Assert.That((isOn, whileHidden, onReturn), Is.EqualTo(("true", 0, 1)));
        Assert.That(await button.GetAttributeAsync("aria-pressed"), Is.EqualTo("false"));
        Assert.That(fetched, Is.EqualTo(1), "nothing after it was turned off");
    }

    [Test]
    public async Task A_session_that_ended_is_said_and_nothing_is_taken_away()
    {
        await using var browser = await Browser.LaunchAsync();
        await using var ops = await StartWithDataAsync();
        var page = await browser.OpenAsync(1280, 900);
        await page.Clock.InstallAsync();
        await SignInAsync(page, ops);
        await page.Context.ClearCookiesAsync();

        await page.Clock.FastForwardAsync(31_000);
        await page.Locator("[data-refresh-status]:has-text('session has ended')").WaitForAsync();

        Assert.That(await page.Locator("section.panel").CountAsync(), Is.GreaterThan(2));
    }

    [Test]
    public async Task A_chart_is_read_and_followed_with_the_keyboard_and_the_pointer()
    {
        await using var browser = await Browser.LaunchAsync();
        await using var ops = await StartWithDataAsync();
        var page = await browser.OpenAsync(1280, 900);
        await SignInAsync(page, ops);
        await page.GotoAsync(Address(ops, "/ops/commerce"));
        var chart = page.Locator("figure:has(#live-latency-t)");
        var plot = chart.Locator(".plot");

        await plot.FocusAsync();
        await page.Keyboard.PressAsync("End");
        await page.Keyboard.PressAsync("ArrowLeft");
        var byKeyboard = await chart.Locator(".readout").InnerTextAsync();
        await page.Keyboard.PressAsync("Escape");
        var box = (await plot.BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + (box.Height / 2));
        var byPointer = await chart.Locator(".readout").InnerTextAsync();
        await plot.FocusAsync();
        await page.Keyboard.PressAsync("End");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/ops/requests?since=*");

        Assert.That(byKeyboard, Does.Match(@"^\d\d:\d\d · P50 .+ · P95 .+ · click or Enter for its requests$"));
        Assert.That(byPointer, Does.Match(@"^\d\d:\d\d · P50 ").And.Not.EqualTo(byKeyboard));
        Assert.That(await page.Locator("h1").InnerTextAsync(), Is.EqualTo("Requests"));
    }

    [TestCase(ColorScheme.Light)]
    [TestCase(ColorScheme.Dark)]
    public async Task Text_is_readable_in_light_and_dark_mode(ColorScheme scheme)
    {
        await using var browser = await Browser.LaunchAsync();
        await using var ops = await StartWithDataAsync();
        var page = await browser.OpenAsync(1280, 900);
        await page.EmulateMediaAsync(new() { ColorScheme = scheme });
        await SignInAsync(page, ops);
        foreach (var path in new[] { "/ops", "/ops/queue", "/ops/providers", "/ops/commerce" })
        {
            await page.GotoAsync(Address(ops, path));
            Assert.That(await page.EvaluateAsync<string[]>(ContrastScript.Text), Is.Empty, path);
        }
    }

    [TestCase(ColorScheme.Light)]
    [TestCase(ColorScheme.Dark)]
    public async Task Every_page_follows_WCAG(ColorScheme scheme)
    {
        await using var browser = await Browser.LaunchAsync();
        await using var ops = await StartWithDataAsync();
        var page = await browser.OpenAsync(1280, 900);
        await page.EmulateMediaAsync(new() { ColorScheme = scheme });
        await page.GotoAsync(Address(ops, "/ops/login"));
        var violations = new List<string>(await Accessibility.ViolationsAsync(page));
        await SignInAsync(page, ops);
        foreach (var path in OpsPageTests.Pages.Append("/ops/jobs/nothing").Append($"/ops/requests/{OpsRows.RequestIdAt(ops.Rows.Now)}"))
        {
            await page.GotoAsync(Address(ops, path));
            violations.AddRange(await Accessibility.ViolationsAsync(page));
        }

        Assert.That(violations, Is.Empty, string.Join(Environment.NewLine, violations));
    }

    private static async Task<OpsFixture> StartWithDataAsync()
    {
        var ops = await OpsFixture.StartAsync();
        await ops.Rows.ADeadLetterAsync(Attack, Attack);
        await ops.Rows.ARoutedRequestAsync(OpsRows.RequestIdAt(ops.Rows.Now), Attack);
        foreach (var (provider, latency) in new[] { ("MEALME", 300), ("INSTACART", 500), ("KROGER_API", 700), ("WALMART_API", 900) })
        {
            await ops.Rows.AQuoteAsync(provider, latency);
            await ops.Rows.AQuoteAsync(provider, latency, isError: true);
            await ops.Rows.ADecisionAsync(provider, latency * 10, latency * 11, 30);
            await ops.Rows.ARequestAsync(latency);
        }

        return ops;
    }

    private static async Task SignInAsync(IPage page, OpsFixture ops)
    {
        await page.GotoAsync(Address(ops, "/ops/login"));
        await page.FillAsync("#key", OpsFixture.OperatorKey);
        await page.ClickAsync("button.primary");
        await page.WaitForURLAsync("**/ops");
    }

    private static string Address(OpsFixture ops, string path) => new Uri(ops.Client.BaseAddress!, path).ToString();
}
