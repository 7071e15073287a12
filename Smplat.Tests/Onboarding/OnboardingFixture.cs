using System.Net;
using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Onboarding;

/// <summary>The app with orders to open journeys on.</summary>
internal sealed class OnboardingFixture(SmplatApp app) : IAsyncDisposable
{
    private int _orders;

    public static async Task<OnboardingFixture> StartAsync(FixedClock? clock = null, params (string Name, string Value)[] settings) =>
        new(await SmplatApp.StartAsync(
            settings.ToDictionary(setting => setting.Name, setting => setting.Value),
            builder =>
            {
                if (clock is not null)
                {
                    builder.Services.AddSingleton<TimeProvider>(clock);
                }
            }));

    public string Address => app.Client.BaseAddress!.OriginalString;

    public string ConnectionString => app.OwnDatabase!.ConnectionString;

    public T Get<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    /// <summary>An order of a client of its own.</summary>
    public async Task<Guid> AnOrderAsync(string status = "pending", decimal total = 100, string currency = "EUR", bool withUser = true)
    {
        var id = Guid.NewGuid();
        var userId = Guid.NewGuid();
        await ExecuteAsync(
            """
            insert into users (id, email) values (@userId, @email);
            insert into orders (id, order_number, user_id, status, total, currency, loyalty_projection_points)
            values (@id, @number, case when @withUser then @userId end, @status, @total, @currency, 100)
            """,
            new { id, userId, email = $"{userId:N}@example.test", number = $"SM9{Interlocked.Increment(ref _orders):D5}", withUser, status, total, currency });
        return id;
    }

    public Task<(HttpStatusCode Status, JsonElement Body)> StartAsync(Guid orderId, string body = "{}") =>
        SendAsync(HttpMethod.Post, $"/api/v1/orders/{orderId}/onboarding", body);

    public async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        using var response = await app.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text));
    }

    public Task<(HttpStatusCode Status, JsonElement Body)> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<(HttpStatusCode Status, JsonElement Body)> ToggleAsync(Guid orderId, Guid taskId, bool completed) => SendAsync(
        HttpMethod.Patch,
        $"/api/v1/orders/{orderId}/onboarding/tasks/{taskId}",
        JsonSerializer.Serialize(new { completed }));

    public async Task<long> CountAsync(string table, string where = "true") => (await RowsAsync<long>($"select count(*) from {table} where {where}")).Single();

    public async Task<IReadOnlyList<T>> RowsAsync<T>(string query, object? parameters = null)
    {
        await using var connection = await app.OwnDatabase!.DataSource.OpenConnectionAsync();
        return (await connection.QueryAsync<T>(Sql.Command(query, parameters, default))).AsList();
    }

    public async Task ExecuteAsync(string statement, object? parameters = null)
    {
        await using var connection = await app.OwnDatabase!.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(Sql.Command(statement, parameters, default));
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
