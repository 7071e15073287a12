namespace Smplat.Tests.Ops;

[Parallelizable(ParallelScope.All)]
public sealed class OpsLoginTests
{
    [TestCase("/ops", "/ops/login")]
    [TestCase("/ops/jobs", "/ops/login?next=%2Fops%2Fjobs")]
    [TestCase("/ops/commerce?window=7d", "/ops/login?next=%2Fops%2Fcommerce%3Fwindow%3D7d")]
    public async Task A_browser_without_a_session_is_sent_to_the_login(string path, string expected)
    {
        await using var ops = await OpsFixture.StartAsync();

        var answer = await ops.Client.GetAsync(path);

        Assert.That((int)answer.StatusCode, Is.EqualTo(303));
        Assert.That(answer.Headers.Location!.ToString(), Is.EqualTo(expected));
    }

    [Test]
    public async Task A_form_without_a_session_is_sent_to_the_login_and_does_nothing()
    {
        await using var ops = await OpsFixture.StartAsync();

        var answer = await ops.SendAsync("/ops/banner", "guess", ("message", "hello"));

        Assert.That((int)answer.StatusCode, Is.EqualTo(303));
        Assert.That(answer.Headers.Location!.ToString(), Is.EqualTo("/ops/login"));
        Assert.That(await ops.Rows.ScalarAsync<long>("select count(*) from incident_banner"), Is.Zero);
    }

    [Test]
    public async Task The_operator_key_opens_the_requested_page()
    {
        await using var ops = await OpsFixture.StartAsync();

        var answer = await ops.LogInAsync(OpsFixture.OperatorKey, "/ops/queue");

        Assert.That((int)answer.StatusCode, Is.EqualTo(303));
        Assert.That(answer.Headers.Location!.ToString(), Is.EqualTo("/ops/queue"));
        var cookie = answer.Headers.GetValues("Set-Cookie").Single(value => value.StartsWith("smplat-ops=", StringComparison.Ordinal));
        Assert.That(cookie, Does.Contain("path=/ops;").And.Contain("samesite=strict").And.Contain("httponly").And.Contain("max-age=28800"));
        Assert.That(cookie, Does.Not.Contain(OpsFixture.OperatorKey));
        Assert.That((await ops.OpenAsync("/ops/queue")).Status, Is.EqualTo(200));
    }

    [TestCase("https://evil.example/")]
    [TestCase("//evil.example")]
    [TestCase("/ops/../api/docs")]
    [TestCase("/ops\\evil")]
    [TestCase("/ops/login")]
    [TestCase("javascript:alert(1)")]
    public async Task The_login_redirects_only_to_a_page_of_this_app(string next)
    {
        await using var ops = await OpsFixture.StartAsync();

        var answer = await ops.LogInAsync(OpsFixture.OperatorKey, next);

        Assert.That(answer.Headers.Location!.ToString(), Is.EqualTo("/ops"));
    }

    [TestCase("wrong")]
    [TestCase("storefront-key")]
    [TestCase("")]
    public async Task Any_other_key_is_refused_with_a_page(string key)
    {
        await using var ops = await OpsFixture.StartAsync(new() { ["CHECKOUT_API_KEY"] = "storefront-key" });

        var answer = await ops.LogInAsync(key);

        Assert.That((int)answer.StatusCode, Is.EqualTo(403));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("This is not an operator key."));
        Assert.That(ops.Cookie("smplat-ops"), Is.Null);
    }

    [Test]
    public async Task A_login_form_fetched_by_another_browser_is_refused_even_with_the_right_key()
    {
        await using var ops = await OpsFixture.StartAsync();

        var without = await ops.SendAsync("/ops/login", null, ("key", OpsFixture.OperatorKey));
        await ops.Client.GetAsync("/ops/login");
        var guessed = await ops.SendAsync("/ops/login", "guess", ("key", OpsFixture.OperatorKey));

        Assert.That(new[] { (int)without.StatusCode, (int)guessed.StatusCode }, Is.All.EqualTo(403));
        Assert.That(ops.Cookie("smplat-ops"), Is.Null);
    }

    [Test]
    public async Task Too_many_wrong_keys_lock_the_address_out_for_a_while_and_are_counted()
    {
        await using var ops = await OpsFixture.StartAsync(new() { ["SMPLAT_OPS_LOGIN_ATTEMPTS"] = "3", ["SMPLAT_OPS_LOCKOUT_MINUTES"] = "10" });
        var answers = new List<int>();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            answers.Add((int)(await ops.LogInAsync("wrong")).StatusCode);
        }

        var right = await ops.LogInAsync(OpsFixture.OperatorKey);
        ops.Clock.Advance(TimeSpan.FromMinutes(10));
        var later = await ops.LogInAsync(OpsFixture.OperatorKey);

        Assert.That(answers, Is.EqualTo(new[] { 403, 403, 429 }));
        Assert.That((int)right.StatusCode, Is.EqualTo(429), "the right key does not help while it lasts");
        Assert.That(right.Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromMinutes(10)));
        Assert.That((int)later.StatusCode, Is.EqualTo(303));
        var feed = await FeedAsync(ops);
        Assert.That(feed, Does.Contain("smplat_auth_attempts_total{outcome=\"failure\",surface=\"operators\"} 3"));
        Assert.That(feed, Does.Contain("smplat_auth_attempts_total{outcome=\"success\",surface=\"operators\"} 1"));
        Assert.That(feed, Does.Contain("smplat_auth_lockouts_total{surface=\"operators\"} 1"));
    }

    [Test]
    public async Task Valid_keys_never_lock_an_address_out()
    {
        await using var ops = await OpsFixture.StartAsync(new() { ["SMPLAT_OPS_LOGIN_ATTEMPTS"] = "1" });
        for (var login = 0; login < 3; login++)
        {
            Assert.That((int)(await ops.LogInAsync(OpsFixture.OperatorKey)).StatusCode, Is.EqualTo(303));
            await ops.ActAsync("/ops/logout");
        }
    }

    [Test]
    public async Task A_signed_in_operator_is_not_asked_again()
    {
        await using var ops = await OpsFixture.SignedInAsync();

        var answer = await ops.Client.GetAsync("/ops/login?next=%2Fops%2Fflags");

        Assert.That(answer.Headers.Location!.ToString(), Is.EqualTo("/ops/flags"));
    }

    private static async Task<string> FeedAsync(OpsFixture ops)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/observability/prometheus");
        request.Headers.Add("X-API-Key", OpsFixture.OperatorKey);
        return await (await ops.Client.SendAsync(request)).Content.ReadAsStringAsync();
    }
}
