using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Tests.Support;

namespace Smplat.Tests.Commerce.Support;

/// <summary>The app with all four providers on and mocked, settings that can be changed, and helpers to call the routes of Commerce.</summary>
public sealed class RouterFixture : IAsyncDisposable
{
    public const string Key = "commerce-test-key";

    private readonly SmplatApp _app;
    private readonly RouterFixture? _first;

    private RouterFixture(SmplatApp app, LiveSettingsSource settings, RouterFixture? first) => (_app, Settings, _first) = (app, settings, first);

    public LiveSettingsSource Settings { get; }

    public HttpClient Client => _app.Client;

    public IServiceProvider Services => _app.Services;

    public NpgsqlDataSource Database => _app.OwnDatabase?.DataSource ?? _first!.Database;

    public string ConnectionString => _app.OwnDatabase?.ConnectionString ?? _first!.ConnectionString;

    public static async Task<RouterFixture> StartAsync(params (string Name, string Value)[] settings) =>
        await StartAsync([], settings);

    /// <param name="live">Gateways that take the place of the real vendors.</param>
    public static Task<RouterFixture> StartAsync(IProviderGateway[] live, params (string Name, string Value)[] settings) =>
        StartAsync(null, live, null, settings);

    /// <param name="first">An instance whose database the new one shares.</param>
    public static async Task<RouterFixture> StartAsync(
        RouterFixture? first, IProviderGateway[] live, Action<IServiceCollection>? services, params (string Name, string Value)[] settings)
    {
        var changeable = new LiveSettingsSource();
        changeable.Change(
            ("LOOPGPT_ENABLE_MEALME", "true"),
            ("LOOPGPT_ENABLE_INSTACART", "true"),
            ("LOOPGPT_ENABLE_KROGER", "true"),
            ("LOOPGPT_ENABLE_WALMART", "true"),
            ("LOOPGPT_MEALME_MOCK", "true"),
            ("LOOPGPT_INSTACART_MOCK", "true"),
            ("LOOPGPT_KROGER_MOCK", "true"),
            ("LOOPGPT_WALMART_MOCK", "true"),
            ("CHECKOUT_API_KEY", Key));
        foreach (var gateway in live)
        {
            changeable.Change(($"LOOPGPT_{ShortName(gateway.Id)}_MOCK", "false"));
        }

        changeable.Change(settings);
        var app = await SmplatApp.StartAsync(
            first is null ? null : new Dictionary<string, string> { ["SMPLAT_DATABASE"] = first.ConnectionString },
            builder =>
            {
                Adjust(builder, changeable, live);
                services?.Invoke(builder.Services);
            });
        return new RouterFixture(app, changeable, first);
    }

    public static string ShortName(ProviderId id) => id.ToWire().Replace("_API", "", StringComparison.Ordinal);

    public async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string function, string json, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/functions/v1/{function}")
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        if (key is not null)
        {
            request.Headers.Add("X-API-Key", key);
        }

        using var response = await Client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    /// <summary>Routes and expects success.</summary>
    public async Task<JsonElement> RouteAsync(string json, string? key = null)
    {
        var (status, body) = await PostAsync("loopgpt_route_order", json, key);
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), body.GetRawText());
        return body;
    }

    public Task FlushLogAsync() =>
        Services.GetRequiredService<EdgeLog>().FlushAsync(TestContext.CurrentContext.CancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static void Adjust(FunctionsApplicationBuilder builder, LiveSettingsSource settings, IProviderGateway[] live)
    {
        ((Microsoft.Extensions.Configuration.IConfigurationBuilder)builder.Configuration).Add(settings);
        foreach (var gateway in live)
        {
            // The last registration of an id is the one in use.
            builder.Services.AddSingleton(gateway);
        }
    }
}
