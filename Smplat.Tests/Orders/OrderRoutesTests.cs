using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Merchandising;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Orders;

/// <summary>The routes of orders, payments and fulfillment, over HTTP.</summary>
public sealed class OrderRoutesTests
{
    private static readonly object Body = new
    {
        items = new[] { new { product_title = "Instagram Growth", quantity = 1, unit_price = 299.0, total_price = 299.0 } },
    };

    private SmplatApp _app = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _app = await SmplatApp.StartAsync(new Dictionary<string, string>
        {
            ["CHECKOUT_API_KEY"] = "key",
            ["FULFILLMENT_WORKER_ENABLED"] = "false",
            ["STRIPE_WEBHOOK_SECRET"] = "",
            ["STRIPE_SECRET_KEY"] = "",
        });
        await _app.Services.GetServices<ISampleData>().OfType<SampleProducts>().Single().LoadAsync(CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _app.DisposeAsync();

    [TestCase("/api/v1/orders/")]
    [TestCase("/api/v1/orders")]
    public async Task An_order_is_placed_with_and_without_the_slash(string path)
    {
        using var answer = await SendAsync(HttpMethod.Post, path, Body);
        var order = await JsonAsync(answer);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Created), order.ToString());
        Assert.That(order.GetProperty("order_number").GetString(), Does.StartWith("SM"));
        Assert.That(order.GetProperty("items")[0].GetProperty("product_title").GetString(), Is.EqualTo("Instagram Growth"));
        using var progress = await SendAsync(HttpMethod.Get, $"/api/v1/orders/{order.GetProperty("id").GetString()}/progress");
        Assert.That((await JsonAsync(progress)).GetProperty("total_tasks").GetInt32(), Is.Zero);
    }

    [TestCase("/api/v1/products/")]
    [TestCase("/api/v1/products")]
    public async Task Products_are_open_and_in_camel_case(string path)
    {
        using var answer = await _app.Client.GetAsync(path);
        var list = await JsonAsync(answer);

        Assert.That(
            list.EnumerateArray().Single(product => product.GetProperty("slug").GetString() == "instagram-growth")
                .GetProperty("basePrice").GetDecimal(),
            Is.EqualTo(299m));
        using var unknown = await _app.Client.GetAsync("/api/v1/products/unheard-of");
        Assert.That(unknown.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [TestCase("""{}""", 422)]
    [TestCase("""{"items":[]}""", 422)]
    [TestCase("""{"items":[5]}""", 422)]
    [TestCase("""{"items":[{"product_title":"x","unit_price":-1,"total_price":1}]}""", 422)]
    [TestCase("""{"items":[{"product_title":"x","unit_price":1,"total_price":1,"quantity":0}]}""", 422)]
    [TestCase("""{"items":[{"product_title":"x","unit_price":1,"total_price":1,"selected_options":"no"}]}""", 422)]
    [TestCase("""{"items":[{"product_title":"x","unit_price":1,"total_price":1}],"currency":"GBP"}""", 400)]
    [TestCase("""{"items":[{"product_title":"x","unit_price":1,"total_price":1,"attributes":{"a":"\u0000"}}]}""", 422)]
    [TestCase("""{"items":[{"product_title":"x","unit_price":1,"total_price":1,"platform_context":{"a\u0000":1}}]}""", 422)]
    [TestCase("""{"items":[{"product_title":"x","unit_price":1,"total_price":1,"selected_options":{"a":["\u0000"]}}]}""", 422)]
    [TestCase("""{"items":[{"product_id":"0198f000-0000-7000-8000-0000000000ff","product_title":"x","unit_price":1,"total_price":1}]}""", 404)]
    [TestCase("not json", 422)]
    public async Task A_bad_order_is_refused(string body, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders") { Content = new StringContent(body) };
        request.Headers.Add("X-API-Key", "key");
        using var answer = await _app.Client.SendAsync(request);

        Assert.That((int)answer.StatusCode, Is.EqualTo(status), await answer.Content.ReadAsStringAsync());
    }

    [Test]
    public async Task A_backslash_before_u0000_is_text_like_any_other()
    {
        const string body = """{"items":[{"product_title":"x","unit_price":1,"total_price":1,"attributes":{"a":"\\u0000"}}]}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders") { Content = new StringContent(body) };
        request.Headers.Add("X-API-Key", "key");
        using var answer = await _app.Client.SendAsync(request);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Created), await answer.Content.ReadAsStringAsync());
    }

    [TestCase("GET", "/api/v1/orders/0198f000-0000-7000-8000-000000000001/progress", 404, "Order not found")]
    [TestCase("GET", "/api/v1/orders/nonsense/progress", 422, null)]
    [TestCase("GET", "/api/v1/operators/orders/0198f000-0000-7000-8000-000000000001/status", 404, "Order not found")]
    [TestCase("GET", "/api/v1/payments/status/0198f000-0000-7000-8000-000000000001", 404, "Payment not found")]
    [TestCase("GET", "/api/v1/payments/status/nonsense", 422, null)]
    [TestCase("POST", "/api/v1/payments/webhooks/stripe", 422, null)]
    [TestCase("GET", "/api/v1/operators/fulfillment/dead-letters?limit=0", 422, null)]
    [TestCase("GET", "/api/v1/operators/fulfillment/dead-letters/0198f000-0000-7000-8000-000000000001", 404, "Task not found")]
    public async Task Missing_resources_and_invalid_input_are_reported(string method, string path, int status, string? detail)
    {
        using var answer = await SendAsync(new HttpMethod(method), path, method == "POST" ? new { } : null);

        Assert.That((int)answer.StatusCode, Is.EqualTo(status));
        if (detail is not null)
        {
            Assert.That((await JsonAsync(answer)).GetProperty("detail").GetString(), Is.EqualTo(detail));
        }
    }

    [TestCase("GET", "/api/v1/orders/0198f000-0000-7000-8000-000000000001/progress")]
    [TestCase("POST", "/api/v1/orders")]
    [TestCase("POST", "/api/v1/payments/checkout")]
    [TestCase("GET", "/api/v1/payments/observability")]
    [TestCase("GET", "/api/v1/fulfillment/observability")]
    [TestCase("POST", "/api/v1/operators/fulfillment/drain")]
    public async Task These_routes_require_the_key(string method, string path)
    {
        using var answer = await _app.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task Checkout_reports_what_is_missing()
    {
        using var placed = await SendAsync(HttpMethod.Post, "/api/v1/orders", Body);
        var order = (await JsonAsync(placed)).GetProperty("id").GetString();

        using var checkout = await SendAsync(
            HttpMethod.Post, "/api/v1/payments/checkout", new { order_id = order, success_url = "https://x.test/a", cancel_url = "https://x.test/b" });
        using var unknown = await SendAsync(
            HttpMethod.Post, "/api/v1/payments/checkout", new { order_id = Guid.NewGuid(), success_url = "a", cancel_url = "b" });

        Assert.That(checkout.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That((await JsonAsync(checkout)).GetProperty("detail").GetString(), Does.Contain("STRIPE_SECRET_KEY"));
        Assert.That((await JsonAsync(unknown)).GetProperty("detail").GetString(), Is.EqualTo("Order not found"));
    }

    [Test]
    public async Task An_operator_holds_resumes_and_cancels_an_order_and_its_history_shows_it()
    {
        using var placed = await SendAsync(HttpMethod.Post, "/api/v1/orders", Body);
        var path = $"/api/v1/operators/orders/{(await JsonAsync(placed)).GetProperty("id").GetString()}/status";

        foreach (var (asked, status) in new[] { ("on_hold", "on_hold"), ("resumed", "pending"), ("canceled", "canceled") })
        {
            using var answer = await SendAsync(HttpMethod.Post, path, new { status = asked, actor = "operator", reason = "test" });
            Assert.That((await JsonAsync(answer)).GetProperty("status").GetString(), Is.EqualTo(status));
        }

        using var late = await SendAsync(HttpMethod.Post, path, new { status = "on_hold", actor = "operator", reason = "test" });
        using var begun = await SendAsync(HttpMethod.Post, path, new { status = "processing", actor = "operator", reason = "test" });
        using var history = await SendAsync(HttpMethod.Get, path);

        Assert.That((late.StatusCode, begun.StatusCode), Is.EqualTo((HttpStatusCode.Conflict, HttpStatusCode.UnprocessableEntity)));
        Assert.That(
            (await JsonAsync(history)).EnumerateArray().Select(change => change.GetProperty("to").GetString()),
            Is.EqualTo(new[] { "on_hold", "pending", "canceled" }));
    }

    [Test]
    public async Task A_disabled_worker_is_reported_and_still_shows_every_total()
    {
        using var health = await SendAsync(HttpMethod.Get, "/api/v1/fulfillment/health");
        using var observability = await SendAsync(HttpMethod.Get, "/api/v1/fulfillment/observability");

        Assert.That((await JsonAsync(health)).GetProperty("running").GetBoolean(), Is.False);
        var totals = (await JsonAsync(observability)).GetProperty("totals");
        foreach (var name in new[] { "processed", "failed", "retried", "dead_lettered" })
        {
            Assert.That(totals.GetProperty(name).GetInt64(), Is.GreaterThanOrEqualTo(0));
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("X-API-Key", "key");
        return await _app.Client.SendAsync(request);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) =>
        JsonElement.Parse(await answer.Content.ReadAsStringAsync());
}
