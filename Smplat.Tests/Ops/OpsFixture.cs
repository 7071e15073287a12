using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Smplat.Tests.Support;

namespace Smplat.Tests.Ops;

/// <summary>The app with an operator key and a clock that a test moves, and a client that keeps cookies.</summary>
internal sealed class OpsFixture : IAsyncDisposable
{
    public const string OperatorKey = "operator-key-of-this-test";

    public const string Secret = "a session secret with enough characters in it";

    private readonly SocketsHttpHandler _handler;

    private OpsFixture(SmplatApp app, FixedClock clock)
    {
        (App, Clock) = (app, clock);
        _handler = new() { UseProxy = false, AllowAutoRedirect = false, CookieContainer = Cookies };
        Client = new HttpClient(_handler) { BaseAddress = app.Client.BaseAddress };
    }

    public SmplatApp App { get; }

    public FixedClock Clock { get; }

    public CookieContainer Cookies { get; } = new();

    /// <summary>Keeps cookies and does not follow redirects.</summary>
    public HttpClient Client { get; }

    public OpsRows Rows => new(App.OwnDatabase!.DataSource, Clock);

    public static async Task<OpsFixture> StartAsync(Dictionary<string, string>? settings = null, FixedClock? clock = null)
    {
        clock ??= new FixedClock(TimeProvider.System.GetUtcNow());
        var all = new Dictionary<string, string> { ["OPERATOR_API_KEY"] = OperatorKey, ["SMPLAT_OPS_SESSION_SECRET"] = Secret };
        foreach (var (name, value) in settings ?? [])
        {
            all[name] = value;
        }

        return new(
            await SmplatApp.StartAsync(all, builder => builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock))), clock);
    }

    /// <summary>An app with a signed-in client.</summary>
    public static async Task<OpsFixture> SignedInAsync(Dictionary<string, string>? settings = null)
    {
        var ops = await StartAsync(settings);
        var answer = await ops.LogInAsync(OperatorKey);
        Assert.That((int)answer.StatusCode, Is.EqualTo(303), await answer.Content.ReadAsStringAsync());
        return ops;
    }

    public async Task<HttpResponseMessage> LogInAsync(string key, string? next = null)
    {
        var form = await Client.GetStringAsync("/ops/login");
        return await SendAsync("/ops/login", TokenIn(form), ("key", key), ("next", next ?? ""));
    }

    public async Task<(int Status, string Html)> OpenAsync(string path)
    {
        var answer = await Client.GetAsync(path);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Sends a form with the token that the page itself would send.</summary>
    public async Task<HttpResponseMessage> ActAsync(string path, params (string Name, string Value)[] fields) =>
        await SendAsync(path, TokenIn(await Client.GetStringAsync("/ops/flags")), fields);

    public Task<HttpResponseMessage> SendAsync(string path, string? token, params (string Name, string Value)[] fields)
    {
        var all = fields.Select(field => KeyValuePair.Create(field.Name, field.Value));
        return Client.PostAsync(path, new FormUrlEncodedContent(token is null ? all : all.Append(new("form_token", token))));
    }

    public static string TokenIn(string html) => Regex.Match(html, "name=\"form_token\" value=\"([^\"]+)\"").Groups[1].Value;

    public string? Cookie(string name) => Cookies.GetCookies(new Uri(Client.BaseAddress!, "/ops"))[name]?.Value;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _handler.Dispose();
        await App.DisposeAsync();
    }
}
