using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Analytics;

/// <summary>The app over HTTP as a storefront uses it, with access to its tables.</summary>
internal sealed class AnalyticsFixture(SmplatApp app) : IAsyncDisposable
{
    public const string Path = "/api/v1/analytics/offer-events";
    public const string StorefrontPath = "/api/analytics/offer-events";

    public SmplatApp App => app;

    public static Task<AnalyticsFixture> StartAsync(params (string Name, string Value)[] settings) => StartAsync(null, settings);

    public static async Task<AnalyticsFixture> StartAsync(TimeProvider? clock, params (string Name, string Value)[] settings) =>
        new(await SmplatApp.StartAsync(
            settings.ToDictionary(setting => setting.Name, setting => setting.Value),
            builder =>
            {
                if (clock is not null)
                {
                    builder.Services.AddSingleton(clock);
                }
            }));

    public async Task<(HttpStatusCode Status, JsonElement Body)> GetAsync(string path)
    {
        using var response = await app.Client.GetAsync(new Uri(path, UriKind.Relative));
        return (response.StatusCode, JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync()));
    }

    public async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(
        string json, string path = Path, params (string Name, string Value)[] headers)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        return await PostAsync(content, path, headers);
    }

    public async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(
        HttpContent content, string path = Path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await app.Client.SendAsync(request);
        RetryAfter = response.Headers.RetryAfter;
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text));
    }

    public RetryConditionHeaderValue? RetryAfter { get; private set; }

    public async Task<long> CountAsync(string table = "checkout_offer_events")
    {
        await using var connection = await app.OwnDatabase!.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(Sql.Command($"select count(*) from {table}", null, default));
    }

    public async Task<IReadOnlyList<T>> RowsAsync<T>(string query, object? parameters = null)
    {
        await using var connection = await app.OwnDatabase!.DataSource.OpenConnectionAsync();
        return (await connection.QueryAsync<T>(Sql.Command(query, parameters, default))).AsList();
    }

    public async Task ExecuteAsync(string statement)
    {
        await using var connection = await app.OwnDatabase!.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(Sql.Command(statement, null, default));
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
