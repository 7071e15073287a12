using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Dapper;
using Smplat.Cli;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Analytics;

/// <summary><c>smplat export offer-events</c> on a real database.</summary>
[NonParallelizable]
public sealed class ExportOfferEventsTests
{
    private const string Header = "id,created_at,offer_slug,target_slug,event_type,action,cart_total,currency,order_reference,metadata";

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
    public async Task Fourteen_days_of_csv_have_ten_columns_newest_first_and_no_older_row()
    {
        await InsertAsync("young", "now() - interval '1 day'", metadata: """{"b": 1, "a": "x,y"}""");
        await InsertAsync("middle", "now() - interval '13 days'");
        await InsertAsync("old", "now() - interval '15 days'");

        var lines = (await _export.OfferEventsAsync("events.csv", "--lookback-days", "14", "--format", "csv")).Split("\r\n");

        Assert.That(lines[0], Is.EqualTo(Header));
        Assert.That(lines, Has.Length.EqualTo(4), "header, two rows, end");
        Assert.That(lines[1], Does.Match("^[0-9a-f-]{36},\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}\\+00:00,young,,impression,,12.50,EUR,,"));
        Assert.That(lines[1], Does.EndWith("\"{\"\"a\"\":\"\"x,y\"\",\"\"b\"\":1}\""));
        Assert.That(lines[2], Does.Contain(",middle,"));
        Assert.That(_export.Names, Is.EqualTo(new[] { "events.csv" }), "nothing half-written is left");
    }

    [TestCase("csv", Header + "\r\n")]
    [TestCase("json", "[]\n")]
    [TestCase("ndjson", "")]
    public async Task Without_events_the_file_is_valid_and_has_no_rows(string format, string expected) =>
        Assert.That(await _export.OfferEventsAsync($"none.{format}", "--format", format), Is.EqualTo(expected));

    [TestCase(CommandLine.Failed, "--lookback-days", "0")]
    [TestCase(CommandLine.Failed, "--lookback-days", "-3")]
    [TestCase(CommandLine.UsageError, "--lookback-days", "many")]
    [TestCase(CommandLine.UsageError, "--format", "xlsx")]
    [TestCase(CommandLine.UsageError, "--since", "yesterday")]
    [TestCase(CommandLine.UsageError, "--since", "2026-02-01", "--until", "2026-01-01")]
    [TestCase(CommandLine.Failed, "--output", "/proc/nowhere/events.csv")]
    [TestCase(CommandLine.UsageError, "--event-typ", "x")]
    public async Task Every_failure_has_its_exit_code_and_leaves_no_file(int exitCode, params string[] args)
    {
        string[] output = args.Contains("--output") ? [] : ["--output", _export.PathOf("events.csv")];

        Assert.That(await _export.RunAsync(["offer-events", .. output, .. args]), Is.EqualTo(exitCode));
        Assert.That(_export.Names, Is.Empty);
    }

    [Test]
    public async Task A_database_that_is_not_there_is_a_failure() =>
        Assert.That(
            await CommandLine.RunAsync(
                ["export", "offer-events", "--output", _export.PathOf("x.csv"), "--database", "Host=127.0.0.1;Port=1;Username=a;Database=b;Timeout=2"]),
            Is.EqualTo(CommandLine.Failed));

    [Test]
    public async Task Type_offer_and_times_filter_the_export()
    {
        await InsertAsync("a", "'2026-01-01T00:00:00Z'");
        await InsertAsync("a", "'2026-01-02T00:00:00Z'");
        await InsertAsync("a", "'2026-01-02T00:00:00Z'", type: "click");
        await InsertAsync("b", "'2026-01-02T00:00:00Z'");
        await InsertAsync("a", "'2026-01-03T00:00:00Z'");

        var rows = (await _export.OfferEventsAsync(
            "some.ndjson.gz", "--format", "ndjson", "--since", "2026-01-02", "--until", "2026-01-03T00:00:00Z", "--offer-slug", "a", "--event-type", "click"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

        var row = JsonSerializer.Deserialize<JsonElement>(rows.Single());
        Assert.That((row.GetProperty("offer_slug").GetString(), row.GetProperty("event_type").GetString()), Is.EqualTo(("a", "click")));
        Assert.That(row.GetProperty("cart_total").GetString(), Is.EqualTo("12.50"));
        Assert.That(row.GetProperty("metadata").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public async Task Pages_join_without_gap_or_repetition_even_within_one_moment()
    {
        await ExecuteAsync(
            """
            insert into checkout_offer_events (id, created_at, offer_slug, event_type)
            select gen_random_uuid(), date_trunc('second', now()) - interval '1 second' * (n / 4000), 'o', 'impression'
            from generate_series(1, 12000) as n
            """);

        var rows = JsonSerializer.Deserialize<JsonElement>(await _export.OfferEventsAsync("all.json", "--format", "json"));

        var ids = rows.EnumerateArray().Select(row => row.GetProperty("id").GetGuid()).ToArray();
        var times = rows.EnumerateArray().Select(row => row.GetProperty("created_at").GetString()!).ToArray();
        Assert.That(ids, Is.Unique.And.Exactly(12_000).Items);
        Assert.That(times, Is.Ordered.Descending);
    }

    [Test]
    public async Task Formulas_are_exported_as_text()
    {
        await InsertAsync("=cmd|' /C calc'!A0", "now()");

        Assert.That(await _export.OfferEventsAsync("f.csv"), Does.Contain(",'=cmd|' /C calc'!A0,"));
    }

    [Test]
    public async Task A_closed_pipe_ends_the_export_quietly()
    {
        await ExecuteAsync(
            """
            insert into checkout_offer_events (id, created_at, offer_slug, event_type)
            select gen_random_uuid(), now() - interval '1 millisecond' * n, 'o', 'impression' from generate_series(1, 30000) as n
            """);
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet",
            [CliAssembly.Path, "export", "offer-events", "--output", "-", "--database", _database.ConnectionString])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

        var first = await process.StandardOutput.ReadLineAsync();
        process.StandardOutput.Close();
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.That((first, said, process.ExitCode), Is.EqualTo((Header, "", 0)));
    }

    [Test]
    public void Every_example_of_the_help_can_be_typed()
    {
        var root = CommandLine.Build();

        var examples = Commands(root).OfType<CliCommand>().SelectMany(command => command.Examples).ToArray();

        Assert.That(examples, Is.Not.Empty);
        Assert.That(examples.Where(example => root.Parse(example.Split('|', '>')[0]["smplat ".Length..]).Errors.Count > 0), Is.Empty);
    }

    private static IEnumerable<Command> Commands(Command from) => from.Subcommands.SelectMany(Commands).Prepend(from);

    private Task InsertAsync(string slug, string createdAt, string type = "impression", string? metadata = null) => ExecuteAsync(
        $"""
        insert into checkout_offer_events (id, created_at, offer_slug, event_type, cart_total, currency, metadata)
        values (gen_random_uuid(), {createdAt}, @slug, @type, 12.5, 'EUR', @metadata::jsonb)
        """,
        new { slug, type, metadata });

    private async Task ExecuteAsync(string statement, object? parameters = null)
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(Sql.Command(
            """
            create table if not exists checkout_offer_events_any partition of checkout_offer_events default
            """,
            null,
            default));
        await connection.ExecuteAsync(Sql.Command(statement, parameters, default));
    }
}
