using System.Text.Json;
using Azure.Storage.Blobs;
using DuckDB.NET.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Smplat.Cli;
using Smplat.Core.Guardrails;
using Smplat.Tests.Support;

namespace Smplat.Tests.Guardrails;

/// <summary><c>smplat export guardrail-followups</c>: every destination and format, read back by others.</summary>
[NonParallelizable]
public sealed class FollowUpExportTests
{
    private TestDatabase _database = null!;
    private FollowUpStore _store = null!;
    private DirectoryInfo _folder = null!;

    [SetUp]
    public async Task CreateAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _store = new(_database.DataSource);
        _folder = Directory.CreateTempSubdirectory("smplat-followups-");
    }

    [TearDown]
    public async Task DropAsync()
    {
        _folder.Delete(recursive: true);
        await _database.DisposeAsync();
    }

    [Test]
    public async Task Runs_continue_where_the_last_one_ended()
    {
        await AddAsync("one");
        await AddAsync("two");
        await AddAsync("three");
        for (var run = 0; run < 4; run++)
        {
            Assert.That(await ToFileAsync("--limit", "2", "--file-path", PathOf("rows-{first}.ndjson")), Is.Zero);
        }

        await AddAsync("four");
        await ToFileAsync("--limit", "2", "--file-path", PathOf("rows-{first}.ndjson"));

        Assert.That(NotesOf("rows-1.ndjson"), Is.EqualTo(new[] { "one", "two" }));
        Assert.That(NotesOf("rows-3.ndjson"), Is.EqualTo(new[] { "three" }));
        Assert.That(NotesOf("rows-4.ndjson"), Is.EqualTo(new[] { "four" }));
        var cursor = JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(PathOf("cursor.json")));
        Assert.That((cursor.GetProperty("cursor").GetInt64(), cursor.GetProperty("rows").GetInt32()), Is.EqualTo((4L, 1)));
    }

    [Test]
    public async Task Every_format_holds_the_same_rows_for_an_independent_reader()
    {
        await AddAsync("plain");
        await AddAsync("with \"quotes\", a comma,\nand ünicode 🛒", attachments: [new("a1", "m.png", "https://f.example.test/m.png", "k", 12, "image/png", null)]);
        await AddAsync(null, context: new("ig-1", "Instagram", "studio", "instagram"));
        foreach (var format in new[] { "parquet", "csv", "ndjson" })
        {
            Assert.That(await ToFileAsync("--format", format, "--file-path", PathOf($"rows.{format}"), "--cursor", "0"), Is.Zero);
        }

        const string Columns =
            """
            position::bigint || '|' || follow_up_id || '|' || coalesce(notes, '-') || '|' || coalesce(platform_context_handle, '-') || '|'
            || attachments || '|' || epoch_us(created_at::timestamptz)
            """;
        var parquet = await DuckAsync($"select {Columns} from read_parquet('{PathOf("rows.parquet")}') order by position");
        var csv = await DuckAsync($"select {Columns} from read_csv('{PathOf("rows.csv")}', header = true, all_varchar = true) order by position::bigint");
        var json = await DuckAsync($"select {Columns} from read_json('{PathOf("rows.ndjson")}', format = 'newline_delimited') order by position");
        var types = await DuckAsync($"select column_name || ' ' || column_type from (describe select * from read_parquet('{PathOf("rows.parquet")}'))");

        Assert.That(parquet, Has.Count.EqualTo(3));
        Assert.That(parquet[1], Does.Contain("ünicode 🛒").And.Contain("m.png"));
        Assert.That(parquet[2], Does.Contain("|-|studio|[]|"));
        Assert.That(csv, Is.EqualTo(parquet));
        Assert.That(json, Is.EqualTo(parquet));
        Assert.That(types, Is.EqualTo(new[]
        {
            "position BIGINT", "follow_up_id VARCHAR", "provider_id VARCHAR", "provider_name VARCHAR", "action VARCHAR", "source VARCHAR",
            "notes VARCHAR", "platform_context_id VARCHAR", "platform_context_label VARCHAR", "platform_context_handle VARCHAR",
            "platform_context_type VARCHAR", "conversion_cursor VARCHAR", "conversion_href VARCHAR", "attachments VARCHAR",
            "created_at TIMESTAMP WITH TIME ZONE",
        }));
    }

    [Test]
    public async Task A_formula_in_a_note_opens_as_text()
    {
        await AddAsync("=cmd()");

        await ToFileAsync("--format", "csv", "--file-path", PathOf("rows.csv"));

        Assert.That(await File.ReadAllTextAsync(PathOf("rows.csv")), Does.Contain(",'=cmd(),"));
    }

    [Test]
    public async Task A_webhook_gets_the_rows_and_one_that_refuses_keeps_the_cursor()
    {
        await AddAsync("one");
        var bodies = new List<JsonElement>();
        var status = StatusCodes.Status503ServiceUnavailable;
        await using var webhook = await ReceiveAsync(body =>
        {
            bodies.Add(body);
            return status;
        });
        string[] command = ["--sink", "webhook", "--webhook-url", webhook.Urls.First(), "--cursor-store", "file", "--cursor-store-path", PathOf("cursor.json")];

        var refused = await RunAsync(command);
        var hasCursor = File.Exists(PathOf("cursor.json"));
        status = StatusCodes.Status204NoContent;
        var taken = await RunAsync(command);
        var empty = await RunAsync(command);

        Assert.That((refused.ExitCode, taken.ExitCode, empty.ExitCode, hasCursor), Is.EqualTo((CommandLine.Failed, 0, 0, false)));
        Assert.That(bodies, Has.Count.EqualTo(2), "nothing is posted when nothing is new");
        var row = bodies[1].GetProperty("followUps")[0];
        Assert.That((row.GetProperty("notes").GetString(), row.GetProperty("providerId").GetString()), Is.EqualTo(("one", "a")));
        Assert.That(row.GetProperty("followUpId").GetGuid(), Is.Not.EqualTo(Guid.Empty));
    }

    [Test]
    public async Task A_bucket_gets_one_object_a_run_and_keeps_the_cursor()
    {
        await using var s3 = await TestS3.StartAsync();
        await AddAsync("one");
        await AddAsync("two");
        string[] command =
        [
            "--format", "parquet", "--sink", "s3-compatible", "--s3-endpoint", s3.Endpoint.AbsoluteUri, "--cursor-store", "s3-compatible",
            "--cursor-store-path", $"s3://{TestS3.Bucket}/cursor.json", "--s3-uri",
        ];
        var there = $"s3://{TestS3.Bucket}/followups";

        var first = await RunAsync([.. command, there, "--limit", "1", "--json"], TestS3.Settings);
        // The upload is done, and the cursor is lost: the run is repeated with more rows.
        var repeated = await RunAsync([.. command, there, "--cursor", "0"], TestS3.Settings);
        await AddAsync("three");
        var second = await RunAsync([.. command, there], TestS3.Settings);

        Assert.That((first.ExitCode, repeated.ExitCode, second.ExitCode), Is.EqualTo((0, 0, 0)), first.Error + repeated.Error + second.Error);
        Assert.That(first.Json.GetProperty("target").GetString(), Is.EqualTo($"s3://{TestS3.Bucket}/followups/2026/03/02/followups-000000000001.parquet"));
        Assert.That(await s3.ListAsync(), Is.EquivalentTo(new[]
        {
            "cursor.json", "followups/2026/03/02/followups-000000000001.parquet", "followups/2026/03/02/followups-000000000003.parquet",
        }));
        await File.WriteAllBytesAsync(PathOf("s3.parquet"), await s3.ReadAsync("followups/2026/03/02/followups-000000000001.parquet"));
        Assert.That(await DuckAsync($"select notes from read_parquet('{PathOf("s3.parquet")}') order by position"), Is.EqualTo(new[] { "one", "two" }));
        Assert.That(JsonSerializer.Deserialize<JsonElement>(await s3.ReadAsync("cursor.json")).GetProperty("cursor").GetInt64(), Is.EqualTo(3));
        await AddAsync("four");
        var wrong = await RunAsync([.. command, "s3://nowhere/x"], TestS3.Settings);
        Assert.That((wrong.ExitCode, wrong.Error.Contains("s3://nowhere/", StringComparison.Ordinal)), Is.EqualTo((CommandLine.Failed, true)), wrong.Error);
        Assert.That(JsonSerializer.Deserialize<JsonElement>(await s3.ReadAsync("cursor.json")).GetProperty("cursor").GetInt64(), Is.EqualTo(3));
    }

    [Test]
    public async Task A_container_gets_one_blob_a_run_and_keeps_the_cursor()
    {
        var azurite = await TestAzurite.GetAsync();
        var container = new BlobContainerClient(azurite.ConnectionString, $"c{Guid.NewGuid():N}");
        await container.CreateAsync();
        var settings = new Dictionary<string, string> { ["GUARDRAIL_EXPORT_BLOB_CONNECTION"] = azurite.ConnectionString };
        string[] command =
        [
            "--sink", "azure-blob", "--blob-path", $"{container.Name}/followups", "--cursor-store", "azure-blob", "--cursor-store-path",
        ];
        var cursor = $"{container.Name}/cursor.json";
        await AddAsync("one");

        var first = await RunAsync([.. command, cursor], settings);
        await AddAsync("two");
        var second = await RunAsync([.. command, cursor], settings);
        var missing = await RunAsync([.. command, "nothing-here/cursor.json"], settings);

        Assert.That((first.ExitCode, second.ExitCode), Is.EqualTo((0, 0)), first.Error + second.Error);
        Assert.That(
            container.GetBlobs().Select(blob => blob.Name),
            Is.EquivalentTo(new[] { "cursor.json", "followups/2026/03/02/followups-000000000001.ndjson", "followups/2026/03/02/followups-000000000002.ndjson" }));
        var content = (await container.GetBlobClient("followups/2026/03/02/followups-000000000002.ndjson").DownloadContentAsync()).Value.Content.ToString();
        Assert.That(JsonSerializer.Deserialize<JsonElement>(content).GetProperty("notes").GetString(), Is.EqualTo("two"));
        Assert.That(missing.ExitCode, Is.EqualTo(CommandLine.Failed), "a cursor that cannot be read is not the beginning");
    }

    [Test]
    public async Task A_cursor_of_another_selection_is_refused()
    {
        await AddAsync("one");
        await ToFileAsync("--file-path", PathOf("rows.ndjson"));

        var other = await ToFileAsync("--file-path", PathOf("rows.ndjson"), "--provider-id", "a");
        await File.WriteAllTextAsync(PathOf("cursor.json"), "\"1\"");
        var bare = await ToFileAsync("--file-path", PathOf("bare.ndjson"));
        await File.WriteAllTextAsync(PathOf("cursor.json"), "[");
        var broken = await ToFileAsync("--file-path", PathOf("rows.ndjson"));

        Assert.That((other, bare, broken), Is.EqualTo((CommandLine.UsageError, 0, CommandLine.UsageError)));
        Assert.That(File.Exists(PathOf("bare.ndjson")), Is.False, "the bare number is a cursor");
    }

    [TestCase("--limit", "0")]
    [TestCase("--limit", "10001")]
    [TestCase("--cursor", "yesterday")]
    [TestCase("--cursor", "03/04/2026")]
    [TestCase("--sink", "ftp")]
    [TestCase("--sink", "webhook")]
    [TestCase("--sink", "webhook", "--webhook-url", "file:///x")]
    [TestCase("--sink", "webhook", "--webhook-url", "https://x.example.test", "--format", "csv")]
    [TestCase("--sink", "s3-compatible")]
    [TestCase("--sink", "s3-compatible", "--s3-uri", "https://bucket/x")]
    [TestCase("--sink", "azure-blob", "--blob-path", "container/x")]
    [TestCase("--cursor-store", "s3-compatible")]
    public async Task Invalid_arguments_exit_with_2(params string[] args) => Assert.That(
        await CommandLine.RunAsync(["export", "guardrail-followups", "--database", _database.ConnectionString, .. args]), Is.EqualTo(CommandLine.UsageError));

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private IEnumerable<string?> NotesOf(string name) =>
        [.. File.ReadAllLines(PathOf(name)).Select(line => JsonSerializer.Deserialize<JsonElement>(line).GetProperty("notes").GetString())];

    private Task<int> ToFileAsync(params string[] args) => CommandLine.RunAsync(
        ["export", "guardrail-followups", "--database", _database.ConnectionString, "--sink", "file", "--cursor-store", "file", "--cursor-store-path", PathOf("cursor.json"), .. args]);

    /// <summary>Runs as a process of its own, whose environment has the secrets and allows addresses of this machine.</summary>
    private Task<CliRun> RunAsync(string[] args, IReadOnlyDictionary<string, string>? settings = null) => CliRun.RunAsync(
        ["export", "guardrail-followups", "--database", _database.ConnectionString, .. args],
        new Dictionary<string, string>(settings ?? new Dictionary<string, string>()) { ["SMPLAT_ALLOW_PRIVATE_NETWORKS"] = "true" });

    private static async Task<List<string>> DuckAsync(string query)
    {
        await using var connection = new DuckDBConnection("DataSource=:memory:");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = query;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }

    private async Task AddAsync(string? notes, PlatformContext? context = null, IReadOnlyList<FollowUpAttachment>? attachments = null)
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await _store.AddAsync(
            new()
            {
                Id = Guid.NewGuid(),
                ProviderId = "a",
                Action = FollowUpAction.Pause,
                Source = FollowUpSource.Manual,
                Notes = notes,
                PlatformContext = context,
                Attachments = attachments ?? [],
                CreatedAt = new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero).AddMicroseconds(123_456),
            },
            transaction,
            CancellationToken.None);
        await transaction.CommitAsync();
    }

    private static async Task<WebApplication> ReceiveAsync(Func<JsonElement, int> take)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/", async (HttpRequest request) =>
            Results.StatusCode(take((await JsonSerializer.DeserializeAsync<JsonElement>(request.Body)).Clone())));
        await app.StartAsync();
        return app;
    }
}
