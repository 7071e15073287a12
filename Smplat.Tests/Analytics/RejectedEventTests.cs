using System.Net;
using System.Text.Json;
using Dapper;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Analytics;

/// <summary>Rejected events are kept with the reason, and stored when the rules allow it.</summary>
public sealed class RejectedEventTests
{
    private const string Path = "/api/v1/operators/analytics/rejected-events";

    private static readonly (string, string)[] Strict =
        [("ANALYTICS_EVENT_TYPES", "impression"), ("ANALYTICS_UNKNOWN_EVENT_TYPES", "reject")];

    private TestDatabase _database = null!;

    [SetUp]
    public async Task CreateAsync() => _database = await TestDatabase.CreateAsync();

    [TearDown]
    public ValueTask DropAsync() => _database.DisposeAsync();

    [Test]
    public async Task A_rejected_event_is_stored_once_when_the_rule_is_removed()
    {
        await using (var strict = await StartAsync(Strict))
        {
            var (status, _) = await strict.PostAsync("""[{"offer_slug":"a","event_type":"swipe","event_id":"e-1"},{"offer_slug":"a","event_type":"impression"}]""");
            await strict.PostAsync("""{"offer_slug":"a","event_type":"swipe","event_id":"e-1"}""");
            var (_, listed) = await strict.GetAsync($"{Path}?code=unknown_event_type");
            var (_, still) = await strict.PostAsync("{}", $"{Path}/replay");

            Assert.That(status, Is.EqualTo(HttpStatusCode.MultiStatus));
            var row = listed.GetProperty("events").EnumerateArray().Single();
            Assert.That(
                (row.GetProperty("field").GetString(), row.GetProperty("status").GetString(), row.GetProperty("seen").GetInt64()),
                Is.EqualTo(("event_type", "waiting", 2L)));
            Assert.That((still.GetProperty("stored").GetInt32(), still.GetProperty("refused_again").GetInt32()), Is.EqualTo((0, 1)));
        }

        await using var open = await StartAsync();
        var (_, replayed) = await open.PostAsync("""{"code":"unknown_event_type"}""", $"{Path}/replay");
        var (_, again) = await open.PostAsync("{}", $"{Path}/replay");
        var (_, sent) = await open.PostAsync("""{"offer_slug":"a","event_type":"swipe","event_id":"e-1"}""");
        var (_, done) = await open.GetAsync($"{Path}?status=replayed");

        Assert.That((replayed.GetProperty("tried").GetInt32(), replayed.GetProperty("stored").GetInt32()), Is.EqualTo((1, 1)));
        Assert.That(again.GetProperty("tried").GetInt32(), Is.Zero);
        Assert.That(sent.GetProperty("status").GetString(), Is.EqualTo("duplicate"));
        Assert.That(done.GetProperty("events").GetArrayLength(), Is.EqualTo(1));
    }

    [Test]
    public async Task Events_without_their_own_id_are_also_replayed_once()
    {
        await using (var strict = await StartAsync(Strict))
        {
            await strict.PostAsync("""{"offerSlug":"a","eventType":"swipe"}""", AnalyticsFixture.StorefrontPath);
        }

        await using var open = await StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => open.PostAsync("{}", $"{Path}/replay")));

        var (_, waiting) = await open.GetAsync(Path);
        var (_, second) = await open.PostAsync("{}", $"{Path}/replay");
        Assert.That(waiting.GetProperty("events").GetArrayLength(), Is.Zero);
        Assert.That(second.GetProperty("tried").GetInt32(), Is.Zero);
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        Assert.That(
            await connection.ExecuteScalarAsync<long>(Sql.Command("select count(*) from checkout_offer_events", null, default)), Is.EqualTo(1));
    }

    [Test]
    public async Task Replays_and_the_same_events_sent_again_never_lock_one_another_out()
    {
        await using var strict = await StartAsync(Strict);
        var batch = $"[{string.Join(',', Enumerable.Range(0, 400).Select(number => $$"""{"offer_slug":"a{{number}}","event_type":"swipe","event_id":"e-{{number}}"}"""))}]";
        await strict.PostAsync(batch);

        var calls = Enumerable.Range(0, 60).Select(number => number % 3 == 0 ? strict.PostAsync(batch) : strict.PostAsync("{}", $"{Path}/replay"));
        var statuses = (await Task.WhenAll(calls)).Select(answer => answer.Status).Distinct();

        Assert.That(statuses, Is.EquivalentTo([HttpStatusCode.OK, HttpStatusCode.MultiStatus]));
    }

    [TestCase("redact", false)]
    [TestCase("reject", false)]
    [TestCase("keep", true)]
    public async Task Personal_data_is_not_kept_in_rejected_events(string policy, bool isKept)
    {
        await using var api = await StartAsync([("ANALYTICS_PII_POLICY", policy), .. Strict]);

        await api.PostAsync("""{"offer_slug":"a","event_type":"swipe","metadata":{"customerEmail":"x","note":"ada\u0040example.test","bob@example.test":1,"link":"https://s/?e=eve%40example.test","n":[1,2.50]}}""");

        var (_, listed) = await api.GetAsync(Path);
        var payload = listed.GetProperty("events")[0].GetProperty("payload").GetString()!;
        Assert.That(payload.Contains("example.test", StringComparison.Ordinal), Is.EqualTo(isKept));
        Assert.That(JsonDocument.Parse(payload).RootElement.GetProperty("metadata").GetProperty("n")[1].GetRawText(), Is.EqualTo("2.50"));
    }

    [Test]
    public async Task An_event_with_unreadable_text_is_listed_without_it()
    {
        await using var api = await StartAsync();

        await api.PostAsync("""{"offer_slug":"a\ud800","event_type":"b"}""");
        var (_, listed) = await api.GetAsync(Path);
        var (_, replayed) = await api.PostAsync("{}", $"{Path}/replay");

        Assert.That(listed.GetProperty("events")[0].GetProperty("payload").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(replayed.GetProperty("refused_again").GetInt32(), Is.EqualTo(1));
    }

    [Test]
    public async Task Pages_continue_where_the_last_one_ended()
    {
        await using var api = await StartAsync();
        await api.PostAsync($"[{string.Join(',', Enumerable.Range(0, 5).Select(index => $$"""{"offer_slug":"{{index}}"}"""))}]");

        var seen = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var (_, page) = await api.GetAsync($"{Path}?limit=2{(cursor.Length > 0 ? $"&cursor={Uri.EscapeDataString(cursor)}" : "")}");
            seen.AddRange(page.GetProperty("events").EnumerateArray().Select(row => row.GetProperty("id").GetString()!));
            cursor = page.GetProperty("next_cursor").GetString();
        }

        Assert.That(seen, Is.Unique.And.Exactly(5).Items);
        Assert.That((await api.GetAsync($"{Path}?cursor=x")).Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That((await api.PostAsync("""{"limit":0}""", $"{Path}/replay")).Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
    }

    private Task<AnalyticsFixture> StartAsync(params (string Name, string Value)[] settings) =>
        AnalyticsFixture.StartAsync([("SMPLAT_DATABASE", _database.ConnectionString), .. settings]);
}
