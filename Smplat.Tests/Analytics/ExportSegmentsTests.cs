using System.Text.Json;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Smplat.Cli;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Analytics;

/// <summary><c>smplat export onboarding-segments</c>: forward, in any number of steps, without gaps.</summary>
[NonParallelizable]
public sealed class ExportSegmentsTests
{
    private TestDatabase _database = null!;
    private ExportedFile _export = null!;

    [SetUp]
    public async Task CreateAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _export = new(_database);
    }

    [TearDown]
    public async Task DropAsync()
    {
        _export.Dispose();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task Runs_continue_where_the_last_one_ended_also_within_an_event()
    {
        await SegmentAsync("-3 hours", "one", "two", "three");
        await SegmentAsync("-2 hours", "four");

        for (var run = 0; run < 4; run++)
        {
            Assert.That(await ToFileAsync("--limit", "2"), Is.Zero);
        }

        await SegmentAsync("-1 hours", "five");
        await ToFileAsync("--limit", "2");

        Assert.That((await RowsAsync()).Select(row => row.GetProperty("slug").GetString()), Is.EqualTo(new[] { "one", "two", "three", "four", "five" }));
        var first = (await RowsAsync())[0];
        Assert.That((first.GetProperty("featureFlagKey").GetString(), first.GetProperty("status").GetString()), Is.EqualTo(("flag", "running")));
    }

    [Test]
    public async Task Rows_that_may_still_be_committing_wait_for_the_next_run()
    {
        await SegmentAsync("-1 seconds", "young");

        await ToFileAsync();

        Assert.That(_export.Names, Is.Empty);
    }

    [Test]
    public async Task A_webhook_that_refuses_keeps_the_cursor_where_it_was()
    {
        await SegmentAsync("-1 hours", "one");
        var bodies = new List<string>();
        var status = StatusCodes.Status503ServiceUnavailable;
        await using var webhook = await ReceiveAsync(body =>
        {
            bodies.Add(body);
            return status;
        });

        var refused = await PostAsync(webhook.Urls.First());
        status = StatusCodes.Status204NoContent;
        var taken = await PostAsync(webhook.Urls.First());
        var empty = await PostAsync(webhook.Urls.First());

        Assert.That((refused, taken, empty), Is.EqualTo((CommandLine.Failed, 0, 0)));
        Assert.That(bodies, Has.Count.EqualTo(2), "nothing is posted when nothing is new");
        var events = JsonSerializer.Deserialize<JsonElement>(bodies[1]).GetProperty("events");
        Assert.That(events.EnumerateArray().Single().GetProperty("slug").GetString(), Is.EqualTo("one"));
    }

    [TestCase("--limit", "0")]
    [TestCase("--cursor", "x")]
    [TestCase("--sink", "ftp")]
    [TestCase("--sink", "webhook", "--webhook-url", "file:///x")]
    public async Task Invalid_arguments_exit_with_2(params string[] args) =>
        Assert.That(await _export.RunAsync(["onboarding-segments", .. args]), Is.EqualTo(CommandLine.UsageError));

    [Test]
    public async Task An_invalid_cursor_file_exits_with_2()
    {
        await File.WriteAllTextAsync(_export.PathOf("cursor.json"), "[]");

        Assert.That(await ToFileAsync(), Is.EqualTo(CommandLine.UsageError));
    }

    private Task<int> ToFileAsync(params string[] args) => _export.RunAsync(
        ["onboarding-segments", "--sink", "file", "--file-path", _export.PathOf("rows.ndjson"), "--cursor-store", "file", "--cursor-store-path", _export.PathOf("cursor.json"), .. args]);

    /// <summary>Runs as a separate process whose environment allows addresses of this machine.</summary>
    private async Task<int> PostAsync(string url)
    {
        var run = await CliRun.RunAsync(
            [
                "export", "onboarding-segments", "--database", _database.ConnectionString, "--sink", "webhook", "--webhook-url", url,
                "--cursor-store", "file", "--cursor-store-path", _export.PathOf("cursor.json"),
            ],
            new Dictionary<string, string> { ["SMPLAT_ALLOW_PRIVATE_NETWORKS"] = "true" });
        return run.ExitCode;
    }

    private async Task<JsonElement[]> RowsAsync() =>
        [.. (await File.ReadAllLinesAsync(_export.PathOf("rows.ndjson"))).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];

    private async Task SegmentAsync(string age, params string[] slugs)
    {
        var metadata = JsonSerializer.Serialize(new
        {
            experiments = slugs.Select(slug => new { slug, variant_key = "a", status = "running", feature_flag_key = "flag" }),
        });
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(Sql.Command(
            """
            with o as (insert into orders (id, order_number) values (gen_random_uuid(), gen_random_uuid()::text) returning id),
                j as (insert into onboarding_journeys (id, order_id) select gen_random_uuid(), id from o returning id, order_id)
            insert into onboarding_journey_events (id, journey_id, order_id, event_type, metadata, occurred_at)
            select gen_random_uuid(), id, order_id, 'pricing_experiment_segment', @metadata::jsonb, now() + @age::interval from j
            """,
            new { metadata, age },
            default));
    }

    private static async Task<WebApplication> ReceiveAsync(Func<string, int> take)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            return Results.StatusCode(take(await reader.ReadToEndAsync()));
        });
        await app.StartAsync();
        return app;
    }
}
