using System.IO.Compression;
using System.Text.Json;
using Smplat.Tests.Support;

namespace Smplat.Tests.Cli;

/// <summary><c>smplat incident snapshot</c> collects what is available and lists what is missing.</summary>
public sealed class IncidentSnapshotTests
{
    private const string Line =
        """{"timestamp":"2099-01-01T00:00:00Z","message":"server_action_failed: job weekly-digest","event":"server_action_failed","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}""";

    [Test]
    public async Task A_snapshot_of_a_running_app_is_complete()
    {
        await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { ["CHECKOUT_API_KEY"] = "key", ["LOOPGPT_SPLIT_ORDERS"] = "true" });
        using var folder = TestFolder.Create(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var archive = Path.Combine(folder.Path, "incident.zip");
        var log = Path.Combine(folder.Path, "app.log");
        await File.WriteAllLinesAsync(log, ["""{"message":"all is well"}""", Line, """{"timestamp":"2001-01-01T00:00:00Z","message":"server_action_failed: long ago"}"""]);
        await CliRun.RunAsync(["banner", "set", "checkout is slow", "--severity", "warning"], Settings(app));

        var run = await CliRun.RunAsync(["incident", "snapshot", "--output", archive, "--logs", log], Settings(app));

        Assert.That(run.ExitCode, Is.Zero, run.Error + run.Output);
        var files = Read(archive);
        Assert.That(
            files.Keys,
            Is.SupersetOf(new[]
            {
                "index.md", "index.json", "readiness.json", "feed.txt", "jobs.json", "job-runs.json", "flags.json", "banner.json",
                "payments.json", "fulfillment.json", "server-action-failed.ndjson", "failed-runs.ndjson", "database-migrations.json", "key-use.json",
            }));
        Assert.Multiple(() =>
        {
            Assert.That(files["server-action-failed.ndjson"].Trim(), Is.EqualTo(Line));
            Assert.That(files["feed.txt"], Does.Contain("smplat_build_info"));
            Assert.That(files["index.md"], Does.Contain("4bf92f3577b34da6a3ce929d0e0e4736").And.Contain("checkout is slow").And.Contain("Readiness says"));
            Assert.That(string.Concat(files.Values), Does.Not.Contain("\"key\""), "keys are not archived");
        });
    }

    [Test]
    public async Task Without_a_database_the_app_reports_failed_jobs_and_the_index_lists_what_was_left_out()
    {
        await using var app = await SmplatApp.StartAsync();
        using var folder = TestFolder.Create(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await app.OwnDatabase!.ExecuteAsync("alter table hosted_checkout_sessions rename to away");
        string[] address = ["--base-url", app.Client.BaseAddress!.ToString()];
        for (var run = 0; run < 2; run++)
        {
            await CliRun.RunAsync(["jobs", "run", "hosted-session-recovery", .. address]);
        }

        var snapshot = await CliRun.RunAsync(["incident", "snapshot", "--output", "kept", .. address], folder: folder.Path);

        var traces = await app.OwnDatabase.ReadAsync<string>("select string_agg(trace_id, ' ') from job_run");
        var page = await File.ReadAllTextAsync(Path.Combine(folder.Path, "kept", "index.md"));
        Assert.That(snapshot.ExitCode, Is.Zero, snapshot.Error);
        Assert.That(snapshot.Output, Does.Contain("Left out: database-*").And.Contain("Left out: server-action-failed.ndjson"));
        Assert.That(page, Does.Contain("Job hosted-session-recovery failed 2 times").And.Contain("does not exist"));
        Assert.That(traces.Split(' '), Has.Length.EqualTo(2).And.All.Matches<string>(trace => page.Contains($"`{trace}`", StringComparison.Ordinal)));
    }

    [Test]
    public async Task With_the_app_down_the_database_still_reports_failed_actions()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var folder = TestFolder.Create(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using (var command = database.DataSource.CreateCommand(
            """
            insert into job_run (id, job_id, triggered_by, status, attempt, owner, started_at, error)
            values (gen_random_uuid(), 'weekly-digest', 'timer', 'failed', 3, 'one', now(), 'the mail server refused')
            """))
        {
            await command.ExecuteNonQueryAsync();
        }

        var run = await CliRun.RunAsync(
            ["incident", "snapshot", "--json", "--output", "kept", "--base-url", "http://127.0.0.1:1", "--database", database.ConnectionString],
            folder: folder.Path);

        Assert.That(run.ExitCode, Is.EqualTo(1), "parts are missing");
        var failed = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder.Path, "kept", "failed-runs.ndjson"))).RootElement;
        Assert.That(failed.GetProperty("event").GetString(), Is.EqualTo("server_action_failed"));
        Assert.That(failed.GetProperty("problem").GetString(), Is.EqualTo("the mail server refused"));
        Assert.That(StateOf(run.Json, "readiness.json"), Is.EqualTo("missing"));
        Assert.That(StateOf(run.Json, "database-jobs.json"), Is.EqualTo("kept"));
    }

    [Test]
    public async Task With_the_database_down_too_the_index_lists_what_is_missing()
    {
        using var folder = TestFolder.Create(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var run = await CliRun.RunAsync(
            ["incident", "snapshot", "--output", "kept", "--base-url", "http://127.0.0.1:1", "--database", "Host=127.0.0.1;Port=1;Timeout=1"],
            folder: folder.Path);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        var page = await File.ReadAllTextAsync(Path.Combine(folder.Path, "kept", "index.md"));
        Assert.That(page, Does.Contain("| readiness.json |").And.Contain("**missing**").And.Contain("database-jobs.json"));
    }

    [Test]
    public async Task A_snapshot_is_never_overwritten()
    {
        using var folder = TestFolder.Create(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "kept.zip"), "evidence");

        var run = await CliRun.RunAsync(["incident", "snapshot", "--output", "kept.zip", "--base-url", "http://127.0.0.1:1"], folder: folder.Path);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(folder.Path, "kept.zip")), Is.EqualTo("evidence"));
    }

    private static Dictionary<string, string> Settings(SmplatApp app) => new()
    {
        ["SMPLAT_DATABASE"] = app.OwnDatabase!.ConnectionString,
        ["API_BASE_URL"] = app.Client.BaseAddress!.ToString(),
        ["CHECKOUT_API_KEY"] = "key",
    };

    private static string? StateOf(JsonElement answer, string file) => answer.GetProperty("index").GetProperty("parts").EnumerateArray()
        .Single(part => part.GetProperty("file").GetString() == file).GetProperty("state").GetString();

    private static Dictionary<string, string> Read(string archive)
    {
        using var zip = ZipFile.OpenRead(archive);
        return zip.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var reader = new StreamReader(entry.Open());
            return reader.ReadToEnd();
        });
    }
}
