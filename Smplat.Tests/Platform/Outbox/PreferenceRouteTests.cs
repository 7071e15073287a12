using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Outbox;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Outbox;

[Parallelizable(ParallelScope.All)]
public sealed class PreferenceRouteTests
{
    private const string Route = "/api/v1/notifications/preferences/";

    [Test]
    public async Task The_first_read_creates_the_defaults()
    {
        await using var app = await SmplatApp.StartAsync();
        var user = await AUserAsync(app);

        var reads = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => app.Client.GetStringAsync(Route + user)));

        Assert.That(reads, Is.All.EqualTo(
            """{"order_updates":true,"payment_updates":true,"fulfillment_alerts":true,"marketing_messages":false,"billing_alerts":false,"last_selected_order_id":null}"""));
    }

    [Test]
    public async Task A_change_touches_only_what_was_sent_and_null_clears_only_the_order()
    {
        await using var app = await SmplatApp.StartAsync();
        var user = await AUserAsync(app);
        var order = Guid.NewGuid();

        await app.Client.PatchAsJsonAsync(Route + user, new { order_updates = false, marketing_messages = true, last_selected_order_id = order });
        var answer = await app.Client.PatchAsync(
            Route + user, JsonContent.Create(new Dictionary<string, object?> { ["order_updates"] = null, ["billing_alerts"] = true }));
        var kept = await answer.Content.ReadFromJsonAsync<JsonElement>();
        var cleared = await app.Client.PatchAsync(
            Route + user, JsonContent.Create(new Dictionary<string, object?> { ["last_selected_order_id"] = null }));
        var after = await cleared.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Multiple(() =>
        {
            Assert.That(kept.GetProperty("order_updates").GetBoolean(), Is.False);
            Assert.That(kept.GetProperty("marketing_messages").GetBoolean(), Is.True);
            Assert.That(kept.GetProperty("billing_alerts").GetBoolean(), Is.True);
            Assert.That(kept.GetProperty("last_selected_order_id").GetGuid(), Is.EqualTo(order));
            Assert.That(after.GetProperty("last_selected_order_id").ValueKind, Is.EqualTo(JsonValueKind.Null));
        });
    }

    [Test]
    public async Task Unknown_people_malformed_ids_and_wrong_types_are_refused()
    {
        await using var app = await SmplatApp.StartAsync();
        var user = await AUserAsync(app);

        var unknown = await app.Client.GetAsync(Route + Guid.NewGuid());
        var malformed = await app.Client.GetAsync(Route + "not-a-uuid");
        var wrong = await app.Client.PatchAsJsonAsync(Route + user, new { order_updates = "maybe" });

        Assert.That(
            (unknown.StatusCode, malformed.StatusCode, wrong.StatusCode),
            Is.EqualTo((HttpStatusCode.NotFound, HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnprocessableEntity)));
        Assert.That(await unknown.Content.ReadAsStringAsync(), Does.Contain("User not found"));
    }

    [Test]
    public async Task Preferences_need_the_key()
    {
        await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { ["CHECKOUT_API_KEY"] = "k" });

        var answer = await app.Client.GetAsync(Route + Guid.NewGuid());

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task One_click_unsubscribes_and_a_scanner_that_opens_the_link_does_not()
    {
        await using var app = await SmplatApp.StartAsync();
        var user = await AUserAsync(app);
        await app.Client.PatchAsJsonAsync(Route + user, new { marketing_messages = true });
        var links = (UnsubscribeLinks)app.Services.GetService(typeof(UnsubscribeLinks))!;
        var path = new Uri(links.For(user, "marketing_messages")).PathAndQuery;

        var page = await app.Client.GetAsync(path);
        var before = await app.Client.GetStringAsync(Route + user);
        var click = await app.Client.PostAsync(path, new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]));
        var after = await app.Client.GetStringAsync(Route + user);
        var forged = await app.Client.PostAsync(path[..^2] + "AA", null);

        Assert.Multiple(() =>
        {
            Assert.That(page.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(before, Does.Contain("\"marketing_messages\":true"));
            Assert.That(click.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(after, Does.Contain("\"marketing_messages\":false").And.Contain("\"order_updates\":true"));
            Assert.That(forged.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        });
    }

    [Test]
    public async Task Operators_list_messages_preview_them_and_record_bounces()
    {
        await using var app = await SmplatApp.StartAsync();

        var list = await app.Client.GetAsync("/api/v1/operators/notifications/messages?status=dead&limit=10");
        var kinds = await app.Client.GetFromJsonAsync<JsonElement>("/api/v1/operators/notifications/kinds");
        var preview = await app.Client.GetAsync("/api/v1/operators/notifications/preview/weekly_digest");
        var none = await app.Client.GetAsync("/api/v1/operators/notifications/preview/nonsense");
        var bounce = await app.Client.PostAsJsonAsync(
            "/api/v1/operators/notifications/bounces", new { recipient = "gone@example.test", kind = "complaint" });
        var nonsense = await app.Client.PostAsJsonAsync(
            "/api/v1/operators/notifications/bounces", new { recipient = "gone\r\n@example.test", kind = "angry" });
        var redrive = await app.Client.PostAsJsonAsync(
            "/api/v1/operators/notifications/redrive", new { message_reason = "rejected", actor = "on-call", reason = "fixed" });

        Assert.Multiple(async () =>
        {
            Assert.That(list.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(kinds.GetProperty("kinds").GetArrayLength(), Is.GreaterThan(10));
            Assert.That(preview.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/html"));
            Assert.That(none.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
            Assert.That(await bounce.Content.ReadAsStringAsync(), Is.EqualTo("""{"blocked":true}"""));
            Assert.That(nonsense.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
            Assert.That(await redrive.Content.ReadAsStringAsync(), Is.EqualTo("""{"redriven":0}"""));
        });
    }

    private static async Task<Guid> AUserAsync(SmplatApp app)
    {
        var id = Guid.NewGuid();
        await using var connection = await app.OwnDatabase!.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(Sql.Command(
            "insert into users (id, email) values (@id, 'ada@example.test')", new { id }, CancellationToken.None));
        return id;
    }
}
