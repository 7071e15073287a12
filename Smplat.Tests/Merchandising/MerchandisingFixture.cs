using System.Net.Http.Json;
using System.Text.Json;
using Smplat.Tests.Support;

namespace Smplat.Tests.Merchandising;

/// <summary>The app with a storefront's and an operator's key, and short calls to its catalog.</summary>
internal sealed class MerchandisingFixture : IAsyncDisposable
{
    public const string Operator = "operator-key";
    public const string Storefront = "storefront-key";

    private MerchandisingFixture(SmplatApp app) => App = app;

    public SmplatApp App { get; }

    public TestDatabase Database => App.OwnDatabase!;

    public static async Task<MerchandisingFixture> StartAsync(params (string Name, string Value)[] settings) => new(await SmplatApp.StartAsync(
        new Dictionary<string, string>(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)))
        {
            ["CHECKOUT_API_KEY"] = Storefront,
            ["OPERATOR_API_KEY"] = Operator,
            ["FULFILLMENT_WORKER_ENABLED"] = "false",
            ["SMPLAT_RATE_STANDARD"] = "100000",
        }));

    /// <param name="ifMatch">A version, or * for any; null sends no condition.</param>
    public async Task<Call> SendAsync(
        HttpMethod method, string path, object? body = null, string? ifMatch = null, string? key = Operator, string? actor = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (key is not null)
        {
            request.Headers.Add("X-API-Key", key);
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", long.TryParse(ifMatch, out _) ? $"\"{ifMatch}\"" : ifMatch);
        }

        if (actor is not null)
        {
            request.Headers.Add("X-Actor", actor);
        }

        using var answer = await App.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return new((int)answer.StatusCode, text, answer.Headers.ETag?.Tag);
    }

    public Task<Call> GetAsync(string path, string? key = Operator) => SendAsync(HttpMethod.Get, path, key: key);

    /// <summary>A new product; its slug is unlike any other.</summary>
    public async Task<JsonElement> CreateProductAsync(
        string? slug = null, decimal price = 10, string status = "active", string[]? channels = null, string currency = "EUR")
    {
        var call = await SendAsync(HttpMethod.Post, "/api/v1/products", new
        {
            slug = slug ?? NewSlug(),
            title = "A product",
            category = "content",
            basePrice = price,
            currency,
            status,
            channelEligibility = channels ?? ["storefront"],
        });
        Assert.That(call.Status, Is.EqualTo(201), call.Text);
        return call.Json;
    }

    public Task<Call> OrderAsync(object item, string? channel = null, string? key = null) =>
        OrderAsync([item], channel, key);

    public async Task<Call> OrderAsync(object[] items, string? channel = null, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders") { Content = JsonContent.Create(new { items, channel }) };
        request.Headers.Add("X-API-Key", Storefront);
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var answer = await App.Client.SendAsync(request);
        return new((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), null);
    }

    public static string NewSlug() => $"p-{Guid.NewGuid():N}";

    public ValueTask DisposeAsync() => App.DisposeAsync();
}

/// <summary>An answer.</summary>
internal sealed record Call(int Status, string Text, string? Tag)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string Code => Json.GetProperty("code").GetString()!;
}
