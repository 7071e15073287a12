using System.Net;
using System.Text;
using Microsoft.Extensions.Options;

namespace Smplat.Tests.Ops;

[Parallelizable(ParallelScope.All)]
public sealed class OpsSessionTests
{
    private const string Name = "smplat-ops";

    [Test]
    public async Task A_session_ends_after_its_hours_whatever_the_browser_keeps()
    {
        await using var ops = await OpsFixture.SignedInAsync(new() { ["SMPLAT_OPS_SESSION_HOURS"] = "2" });
        ops.Clock.Advance(TimeSpan.FromHours(2) - TimeSpan.FromSeconds(5));
        var before = await OpenWithAsync(ops, ops.Cookie(Name)!);
        ops.Clock.Advance(TimeSpan.FromSeconds(5));
        var after = await OpenWithAsync(ops, ops.Cookie(Name)!);

        Assert.That((before, after), Is.EqualTo((200, 303)));
    }

    [Test]
    public async Task A_cookie_with_any_character_changed_is_not_a_session()
    {
        await using var ops = await OpsFixture.SignedInAsync();
        var cookie = ops.Cookie(Name)!;
        var statuses = new List<int>();
        for (var at = 0; at < cookie.Length; at += 7)
        {
            statuses.Add(await OpenWithAsync(ops, $"{cookie[..at]}{(cookie[at] == 'A' ? 'B' : 'A')}{cookie[(at + 1)..]}"));
        }

        Assert.That(statuses, Is.All.EqualTo(303));
    }

    [TestCase("")]
    [TestCase(".")]
    [TestCase("x.y.z")]
    [TestCase("operator")]
    [TestCase("b3BlcmF0b3J8fHw.AAAA")]
    public async Task A_foreign_cookie_is_not_a_session(string cookie)
    {
        await using var ops = await OpsFixture.StartAsync();

        Assert.That(await OpenWithAsync(ops, cookie), Is.EqualTo(303));
    }

    [Test]
    public async Task A_cookie_with_a_later_expiry_is_not_a_session()
    {
        await using var ops = await OpsFixture.SignedInAsync();
        var parts = ops.Cookie(Name)!.Split('.');
        var fields = Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(parts[0])).Split('|');
        fields[^1] = "99999999999";
        var longer = System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Join('|', fields)));

        Assert.That(await OpenWithAsync(ops, $"{longer}.{parts[1]}"), Is.EqualTo(303));
    }

    [TestCase("OPERATOR_API_KEY", "another operator key")]
    [TestCase("SMPLAT_OPS_SESSION_SECRET", "another secret with more than enough characters")]
    public async Task A_session_ends_when_its_key_or_the_secret_is_rotated(string setting, string value)
    {
        await using var before = await OpsFixture.SignedInAsync();
        await using var same = await OpsFixture.StartAsync(clock: before.Clock);
        await using var after = await OpsFixture.StartAsync(new() { [setting] = value }, before.Clock);

        Assert.That(await OpenWithAsync(same, before.Cookie(Name)!), Is.EqualTo(200), "another instance knows it too");
        Assert.That(await OpenWithAsync(after, before.Cookie(Name)!), Is.EqualTo(303));
    }

    [Test]
    public async Task A_session_of_the_checkout_key_ends_when_an_operator_key_is_set()
    {
        await using var before = await OpsFixture.StartAsync(new() { ["OPERATOR_API_KEY"] = "", ["CHECKOUT_API_KEY"] = "checkout" });
        Assert.That((int)(await before.LogInAsync("checkout")).StatusCode, Is.EqualTo(303), "without an operator key it is the operators' too");
        await using var after = await OpsFixture.StartAsync(new() { ["CHECKOUT_API_KEY"] = "checkout" }, before.Clock);

        Assert.That(await OpenWithAsync(after, before.Cookie(Name)!), Is.EqualTo(303));
    }

    [Test]
    public async Task Signing_out_removes_the_cookie()
    {
        await using var ops = await OpsFixture.SignedInAsync();

        var answer = await ops.ActAsync("/ops/logout");

        Assert.That(answer.Headers.Location!.ToString(), Is.EqualTo("/ops/login"));
        Assert.That(ops.Cookie(Name), Is.Null);
        Assert.That((await ops.OpenAsync("/ops")).Status, Is.EqualTo(303));
    }

    [Test]
    public async Task Without_a_session_secret_there_is_no_page_outside_a_local_run()
    {
        await using var ops = await OpsFixture.StartAsync(new() { ["SMPLAT_OPS_SESSION_SECRET"] = "", ["SMPLAT_ENVIRONMENT"] = "staging" });
        foreach (var path in new[] { "/ops", "/ops/login", "/ops/jobs" })
        {
            var (status, html) = await ops.OpenAsync(path);
            Assert.That(status, Is.EqualTo(503), path);
            Assert.That(html, Does.Contain("SMPLAT_OPS_SESSION_SECRET"));
        }

        Assert.That((int)(await ops.SendAsync("/ops/login", "x", ("key", OpsFixture.OperatorKey))).StatusCode, Is.EqualTo(503));
    }

    [Test]
    public async Task Without_any_key_there_is_no_page_outside_a_local_run()
    {
        await using var ops = await OpsFixture.StartAsync(new() { ["OPERATOR_API_KEY"] = "", ["SMPLAT_ENVIRONMENT"] = "staging" });

        var (status, html) = await ops.OpenAsync("/ops/login");

        Assert.That(status, Is.EqualTo(503));
        Assert.That(html, Does.Contain("OPERATOR_API_KEY"));
    }

    [Test]
    public async Task A_local_run_generates_its_secret_and_without_keys_requires_none()
    {
        await using var ops = await OpsFixture.StartAsync(new() { ["SMPLAT_OPS_SESSION_SECRET"] = "", ["OPERATOR_API_KEY"] = "" });

        Assert.That((await ops.OpenAsync("/ops/login")).Html, Does.Not.Contain("type=\"password\""));
        Assert.That((int)(await ops.LogInAsync("")).StatusCode, Is.EqualTo(303));
        Assert.That((await ops.OpenAsync("/ops")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Outside_a_local_run_the_cookie_is_sent_only_over_https()
    {
        await using var ops = await OpsFixture.StartAsync(new() { ["SMPLAT_ENVIRONMENT"] = "production" });
        using var handler = new SocketsHttpHandler { UseCookies = false, UseProxy = false, AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { BaseAddress = ops.Client.BaseAddress };
        var page = await client.GetAsync("/ops/login");
        var visit = page.Headers.GetValues("Set-Cookie").Single();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/ops/login")
        {
            Content = new FormUrlEncodedContent(
            [
                new("form_token", OpsFixture.TokenIn(await page.Content.ReadAsStringAsync())), new("key", OpsFixture.OperatorKey),
            ]),
        };
        request.Headers.Add("Cookie", visit.Split(';')[0]);

        var answer = await client.SendAsync(request);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.SeeOther));
        Assert.That(answer.Headers.GetValues("Set-Cookie").Append(visit), Is.All.Contain("; secure"));
    }

    [Test]
    public void A_secret_that_is_too_short_refuses_the_start_without_naming_it() =>
        Assert.That(
            async () => await OpsFixture.StartAsync(new() { ["SMPLAT_OPS_SESSION_SECRET"] = "too-short" }),
            Throws.TypeOf<OptionsValidationException>().With.Message.Contain("SMPLAT_OPS_SESSION_SECRET")
                .And.Message.Not.Contain("too-short"));

    private static async Task<int> OpenWithAsync(OpsFixture ops, string cookie)
    {
        using var handler = new SocketsHttpHandler { UseCookies = false, UseProxy = false, AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { BaseAddress = ops.Client.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/ops/flags");
        request.Headers.Add("Cookie", $"{Name}={cookie}");
        return (int)(await client.SendAsync(request)).StatusCode;
    }
}
