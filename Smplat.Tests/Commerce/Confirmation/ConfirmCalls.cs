using System.Net;
using System.Text.Json;
using Dapper;
using Smplat.Core.Commerce.Providers;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Confirmation;

/// <summary>Short calls for routing and confirming.</summary>
internal static class ConfirmCalls
{
    public const string User = "u1";

    /// <summary>MealMe and Kroger as live vendors, the others off; MealMe is preferred, so it wins.</summary>
    public static (FakeGateway MealMe, FakeGateway Kroger) Vendors() =>
        (new FakeGateway(ProviderId.MealMe).At(1000), new FakeGateway(ProviderId.KrogerApi).At(1000));

    public static Task<RouterFixture> StartAsync(
        FakeGateway mealMe, FakeGateway kroger, params (string Name, string Value)[] settings) =>
        RouterFixture.StartAsync(
            [mealMe, kroger],
            [
                ("LOOPGPT_ENABLE_INSTACART", "false"),
                ("LOOPGPT_ENABLE_WALMART", "false"),
                ("LOOPGPT_MEALME_PRIORITY", "90"),
                .. settings,
            ]);

    public static async Task<string> TokenAsync(this RouterFixture app, string extra = ",\"userId\":\"u1\"")
    {
        var body = await app.RouteAsync(Baskets.Three(extra));
        Assert.That(body.GetProperty("providerId").GetString(), Is.EqualTo("MEALME"));
        return body.GetProperty("confirmationToken").GetString()!;
    }

    public static async Task<JsonElement> ConfirmAsync(
        this RouterFixture app, string token, string user = User, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/functions/v1/loopgpt_confirm_order")
        {
            Content = new StringContent(
                $$"""{"payment_method":{"type":"card","token":"pm_secret"},"confirmation_token":"{{token}}","user_id":"{{user}}"}"""),
        };
        request.Headers.Add("Authorization", $"Bearer {RouterFixture.Key}");
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        using var response = await app.Client.SendAsync(request);
        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), body.GetRawText());
        return body;
    }

    public static async Task<JsonElement> CancelAsync(this RouterFixture app, string json)
    {
        var (status, body) = await app.PostAsync("loopgpt_cancel_order", json, RouterFixture.Key);
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), body.GetRawText());
        return body;
    }

    public static string? Error(this JsonElement answer) =>
        answer.TryGetProperty("error", out var error) ? error.GetString() : null;

    /// <summary>Moves every unfinished confirmation and its attempts into the past.</summary>
    public static Task AgeAsync(this RouterFixture app, TimeSpan by) => app.ExecuteAsync(
        $"""
        update commerce.routing_sessions
        set updated_at = updated_at - interval '{by.TotalSeconds} s', check_after = check_after - interval '{by.TotalSeconds} s'
        where status = 'confirming';
        update commerce.order_attempts
        set started_at = started_at - interval '{by.TotalSeconds} s', submitted_at = submitted_at - interval '{by.TotalSeconds} s';
        """);

    public static async Task<T?> ScalarAsync<T>(this RouterFixture app, string sql)
    {
        await using var connection = await app.Database.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<T>(new CommandDefinition(sql));
    }

    public static async Task ExecuteAsync(this RouterFixture app, string sql)
    {
        await using var connection = await app.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(new CommandDefinition(sql));
    }
}
