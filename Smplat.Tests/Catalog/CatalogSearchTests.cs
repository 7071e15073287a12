using System.Net;
using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Catalog;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Jobs;
using Smplat.Tests.Support;

namespace Smplat.Tests.Catalog;

public sealed class CatalogSearchTests
{
    private const string Path = "/api/v1/observability/catalog-search";

    [Test]
    public async Task A_search_shows_in_totals_terms_and_the_feed()
    {
        await using var app = await SmplatApp.StartAsync();
        await PostAsync(app, """{"query":"  Growth ","category":"Instagram","sort":"price-asc","results_count":3}""");
        await PostAsync(app, """{"query":"nothing","results_count":0}""");
        await PostAsync(app, """{"query":" ","category":"","sort":" ","results_count":1}""");

        var snapshot = await ReadAsync(app);

        Assert.That(
            (snapshot.GetProperty("totals").GetProperty("searches").GetInt64(), snapshot.GetProperty("totals").GetProperty("results_returned").GetInt64(),
                snapshot.GetProperty("totals").GetProperty("zero_results").GetInt64()),
            Is.EqualTo((3L, 4L, 1L)));
        Assert.That(snapshot.GetProperty("queries").EnumerateObject().Select(entry => entry.Name), Is.EquivalentTo(new[] { "growth", "nothing" }));
        Assert.That(snapshot.GetProperty("zero_result_queries").GetProperty("nothing").GetInt64(), Is.EqualTo(1));
        Assert.That(snapshot.GetProperty("categories").GetProperty("all").GetInt64(), Is.EqualTo(2));
        Assert.That(snapshot.GetProperty("sorts").GetProperty("featured").GetInt64(), Is.EqualTo(2));
        Assert.That(snapshot.GetProperty("metrics").GetProperty("zero_results_rate").GetDouble(), Is.EqualTo(1.0 / 3));
        Assert.That(snapshot.GetProperty("events").GetProperty("recent").GetArrayLength(), Is.EqualTo(3));
        Assert.That(snapshot.GetProperty("events").GetProperty("last_query").ValueKind, Is.EqualTo(JsonValueKind.Null));
        var feed = await app.Client.GetStringAsync(new Uri("/api/v1/observability/prometheus", UriKind.Relative));
        Assert.That(feed, Does.Contain("smplat_catalog_search_total 3").And.Contain("""smplat_catalog_search_query_total{query="growth"} 1"""));
    }

    [TestCase("""{"results_count":-1}""", HttpStatusCode.BadRequest)]
    [TestCase("""{}""", HttpStatusCode.UnprocessableEntity)]
    [TestCase("""{"results_count":1,"sort":null}""", HttpStatusCode.UnprocessableEntity)]
    [TestCase("""{"results_count":1.5}""", HttpStatusCode.UnprocessableEntity)]
    [TestCase("""{"results_count":1000001}""", HttpStatusCode.UnprocessableEntity)]
    [TestCase("""{"results_count":1,"query":"a\u0000b"}""", HttpStatusCode.UnprocessableEntity)]
    [TestCase("""{"results_count":1,"query":"a\ud83d"}""", HttpStatusCode.UnprocessableEntity)]
    [TestCase("""{"results_count":1,"query":"\u0022\n\\ } 7 \ud83d\ude00"}""", HttpStatusCode.Accepted)]
    public async Task Invalid_searches_are_refused_and_unusual_text_does_no_harm(string json, HttpStatusCode expected)
    {
        await using var app = await SmplatApp.StartAsync();

        Assert.That(await PostAsync(app, json), Is.EqualTo(expected));
        Assert.That((await ReadAsync(app)).GetProperty("totals").GetProperty("searches").GetInt64(), Is.EqualTo(expected == HttpStatusCode.Accepted ? 1 : 0));
    }

    [Test]
    public async Task Counts_survive_a_restart_and_add_up_over_instances()
    {
        await using var database = await TestDatabase.CreateAsync();
        var settings = new Dictionary<string, string> { ["SMPLAT_DATABASE"] = database.ConnectionString };
        await using (var first = await SmplatApp.StartAsync(settings))
        {
            await PostAsync(first, """{"query":"kept","results_count":1}""");
        }

        await using var second = await SmplatApp.StartAsync(settings);
        await using var third = await SmplatApp.StartAsync(settings);
        await PostAsync(third, """{"query":"kept","results_count":1}""");
        await ReadAsync(third);

        Assert.That((await ReadAsync(second)).GetProperty("queries").GetProperty("kept").GetInt64(), Is.EqualTo(2));
    }

    [Test]
    public async Task A_flood_of_made_up_queries_is_bounded_and_keeps_the_frequent_ones()
    {
        await using var app = await SmplatApp.StartAsync();
        var telemetry = (SearchTelemetry)app.Services.GetService(typeof(SearchTelemetry))!;
        for (var index = 0; index < 50; index++)
        {
            telemetry.Record(SearchTerms.From("real", null, "featured"), 1);
        }

        for (var index = 0; index < 8_000; index++)
        {
            telemetry.Record(SearchTerms.From($"junk {index}", null, "featured"), 1);
            if (index % 1_000 == 0)
            {
                await telemetry.FlushAsync(default);
            }
        }

        var snapshot = await ReadAsync(app);

        Assert.That(snapshot.GetProperty("queries").GetProperty("real").GetInt64(), Is.EqualTo(50));
        await using var connection = await app.OwnDatabase!.DataSource.OpenConnectionAsync();
        var kept = await connection.ExecuteScalarAsync<long>(Sql.Command("select count(*) from catalog_search_count where kind = 'query'", null, default));
        Assert.That(kept, Is.LessThanOrEqualTo(SearchStore.Frequent + SearchStore.Latest));
    }

    [Test]
    public async Task Anonymous_callers_are_limited_and_reading_needs_the_key()
    {
        await using var app = await SmplatApp.StartAsync(
            new Dictionary<string, string> { ["SMPLAT_RATE_SEARCH"] = "2", ["CHECKOUT_API_KEY"] = "k" });

        var statuses = new List<HttpStatusCode>();
        for (var index = 0; index < 3; index++)
        {
            statuses.Add(await PostAsync(app, """{"results_count":1}"""));
        }

        using var read = await app.Client.GetAsync(new Uri(Path, UriKind.Relative));
        Assert.That(statuses, Is.EqualTo(new[] { HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.TooManyRequests }));
        Assert.That(read.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public void An_email_address_is_redacted_wherever_it_was_typed() =>
        Assert.That(
            SearchTerms.From("mail ada@example.test", "Ada@example.test", "ada@example.test"),
            Is.EqualTo(new SearchTerms("[redacted]", "[redacted]", "[redacted]")));

    [Test]
    public void A_long_query_is_truncated_between_characters() =>
        Assert.That(SearchTerms.From($"{new string('a', 99)}\U0001F600", null, "featured").Query, Is.EqualTo(new string('a', 99)));

    [Test]
    public async Task Unused_search_terms_are_deleted_and_the_totals_stay()
    {
        var clock = new FixedClock();
        await using var app = await SmplatApp.StartAsync(
            new Dictionary<string, string> { ["CATALOG_SEARCH_RETENTION_DAYS"] = "30" },
            builder => builder.Services.AddSingleton<TimeProvider>(clock));
        await PostAsync(app, """{"query":"once","results_count":1}""");
        await PostAsync(app, """{"query":"twice","results_count":1}""");
        await ReadAsync(app);
        clock.Advance(TimeSpan.FromDays(31));
        await PostAsync(app, """{"query":"twice","results_count":1}""");
        await ReadAsync(app);

        var job = app.Services.GetServices<IJob>().Single(job => job.Definition.Id == "catalog-search-retention");
        var report = await job.RunAsync(new JobRun(Guid.NewGuid(), "test", 1, clock.GetUtcNow()), default);

        var snapshot = await ReadAsync(app);
        Assert.That(report.DidSomething, Is.True);
        Assert.That(snapshot.GetProperty("queries").EnumerateObject().Select(entry => (entry.Name, entry.Value.GetInt64())), Is.EqualTo(new[] { ("twice", 2L) }));
        Assert.That(snapshot.GetProperty("events").GetProperty("recent").GetArrayLength(), Is.EqualTo(1));
        Assert.That(snapshot.GetProperty("totals").GetProperty("searches").GetInt64(), Is.EqualTo(3));
    }

    private static async Task<HttpStatusCode> PostAsync(SmplatApp app, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await app.Client.PostAsync(new Uri(Path, UriKind.Relative), content);
        return answer.StatusCode;
    }

    private static async Task<JsonElement> ReadAsync(SmplatApp app) =>
        JsonSerializer.Deserialize<JsonElement>(await app.Client.GetStringAsync(new Uri(Path, UriKind.Relative)));
}
