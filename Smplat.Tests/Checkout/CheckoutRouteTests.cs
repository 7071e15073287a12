using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Checkout;

[Parallelizable(ParallelScope.All)]
public sealed class CheckoutRouteTests
{
    [Test]
    public async Task Reading_creates_the_checkout_and_reporting_moves_it()
    {
        await using var app = await SmplatApp.StartAsync();
        var order = await AnOrderAsync(app);
        var next = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

        var read = await app.Client.GetFromJsonAsync<JsonElement>($"/api/v1/checkout/orchestrations/{order}");
        var report = await app.Client.PostAsJsonAsync(
            $"/api/v1/checkout/orchestrations/{order}/events",
            new { stage = "payment", status = "waiting", note = "Card declined", nextActionAt = next, metadataPatch = new { source = "qa" } });
        var alias = await app.Client.GetFromJsonAsync<JsonElement>($"/api/checkout/orchestrations/{order}");

        Assert.Multiple(() =>
        {
            Assert.That((read.GetProperty("currentStage").GetString(), read.GetProperty("status").GetString()), Is.EqualTo(("payment", "not_started")));
            Assert.That(report.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(alias.GetProperty("status").GetString(), Is.EqualTo("waiting"));
            Assert.That(alias.GetProperty("nextActionAt").GetDateTimeOffset(), Is.EqualTo(next));
            Assert.That(alias.GetProperty("metadata").GetProperty("source").GetString(), Is.EqualTo("qa"));
            Assert.That(alias.GetProperty("events")[1].GetProperty("note").GetString(), Is.EqualTo("Card declined"));
        });
    }

    [TestCase("""{"stage":"fulfillment","status":"in_progress"}""", 409)]
    [TestCase("""{"stage":"payment","status":"completed","expectedVersion":99}""", 409)]
    [TestCase("""{"stage":"shipping","status":"completed"}""", 422)]
    [TestCase("""{"stage":"payment"}""", 422)]
    [TestCase("""{"stage":"payment","status":"waiting","nextActionAt":"soon"}""", 422)]
    [TestCase("""{"stage":"payment","status":"waiting","payload":[1]}""", 422)]
    [TestCase("""{"stage":"payment","status":"waiting","metadataPatch":{"a":"\u0000"}}""", 422)]
    [TestCase("""{"stage":"payment","status":"waiting","payload":{"a":[{"b\u0000":1}]}}""", 422)]
    [TestCase("not json", 422)]
    public async Task Invalid_reports_are_refused(string body, int status)
    {
        await using var app = await SmplatApp.StartAsync();
        var order = await AnOrderAsync(app);

        var answer = await app.Client.PostAsync(
            $"/api/v1/checkout/orchestrations/{order}/events",
            new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        Assert.That((int)answer.StatusCode, Is.EqualTo(status));
    }

    [Test]
    public async Task Unknown_orders_are_404_malformed_ids_422_and_a_forged_link_404()
    {
        await using var app = await SmplatApp.StartAsync();

        var unknown = await app.Client.GetAsync($"/api/v1/checkout/orchestrations/{Guid.NewGuid()}");
        var malformed = await app.Client.GetAsync("/api/v1/checkout/orchestrations/42");
        var forged = await app.Client.PostAsJsonAsync("/api/v1/checkout/resume", new { token = "YWJj.ZGVm" });

        Assert.That(
            (unknown.StatusCode, malformed.StatusCode, forged.StatusCode),
            Is.EqualTo((HttpStatusCode.NotFound, HttpStatusCode.UnprocessableEntity, HttpStatusCode.NotFound)));
        Assert.That(await unknown.Content.ReadAsStringAsync(), Does.Contain("Order not found"));
    }

    [Test]
    public async Task Outside_a_local_run_the_route_needs_a_key()
    {
        await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { ["SMPLAT_ENVIRONMENT"] = "production" });

        var answer = await app.Client.GetAsync($"/api/v1/checkout/orchestrations/{Guid.NewGuid()}");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
    }

    private static async Task<Guid> AnOrderAsync(SmplatApp app)
    {
        var id = Guid.NewGuid();
        await using var connection = await app.OwnDatabase!.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(Sql.Command(
            "insert into orders (id, order_number) values (@id, 'SM000001')", new { id }, CancellationToken.None));
        return id;
    }
}
