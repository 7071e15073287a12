using System.ComponentModel;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Smplat.Tests.Support;

namespace Smplat.Tests.Operators.Drills;

/// <summary>docs/runbooks/restore.md and rollback.md, tried.</summary>
public sealed class RestoreDrillTests
{
    private const string Order =
        """{"items":[{"id":"1","name":"Test","quantity":1,"unit":"pcs"}],"shippingAddress":{"street":"1 Test","city":"SF","state":"CA","postalCode":"94102","country":"US"}}""";

    [Test]
    public async Task The_app_serves_from_a_restored_backup_and_goes_on()
    {
        await using var lost = await TestDatabase.CreateAsync();
        await using var restored = await TestDatabase.CreateEmptyAsync();
        using var folder = TestFolder.Create(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var backup = Path.Combine(folder.Path, "smplat.dump");
        await CliRunOrFailAsync("seed", lost);
        long before;
        await using (var app = await SmplatApp.StartAsync(new Dictionary<string, string> { ["SMPLAT_DATABASE"] = lost.ConnectionString }))
        {
            await RouteAsync(app);
            await app.Client.PutAsJsonAsync("/api/v1/operators/banner", new { message = "before the damage", set_by = "drill" });
            before = await CountOrdersAsync(lost);
        }

        await RunAsync("pg_dump", lost, "--format=custom", $"--file={backup}");
        await RunAsync("pg_restore", restored, "--clean", "--if-exists", "--no-owner", "--exit-on-error", backup);
        var migrated = await CliRun.RunAsync(["migrate", "--json", "--database", restored.ConnectionString]);

        Assert.That(migrated.Json.GetProperty("applied").GetArrayLength(), Is.Zero, "the backup holds the whole schema");
        await using var again = await SmplatApp.StartAsync(new Dictionary<string, string> { ["SMPLAT_DATABASE"] = restored.ConnectionString });
        var banner = await again.Client.GetFromJsonAsync<JsonElement>("/api/v1/operators/banner");
        Assert.That(banner.GetProperty("banner").GetProperty("message").GetString(), Is.EqualTo("before the damage"));
        Assert.That(await CountOrdersAsync(restored), Is.EqualTo(before));
        Assert.That((await RouteAsync(again)).GetProperty("success").GetBoolean(), Is.True);
        var smoke = await CliRun.RunAsync(["smoke", "checkout", "--in-process", "--database", restored.ConnectionString]);
        Assert.That(smoke.ExitCode, Is.Zero, smoke.Error + smoke.Output);
        Assert.That(await CountOrdersAsync(restored), Is.EqualTo(before + 1), "order numbers go on where they were");
    }

    [Test]
    public async Task The_previous_version_runs_on_a_schema_that_a_newer_one_has_added_to()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(
            """
            insert into schema_migration (number, name, checksum) values (9999, '9999_from_a_newer_version', 'unknown here');
            alter table orders add column from_a_newer_version text not null default 'x';
            create table from_a_newer_version (id uuid primary key);
            """);

        await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { ["SMPLAT_DATABASE"] = database.ConnectionString });
        var smoke = await CliRun.RunAsync(["smoke", "checkout", "--in-process", "--database", database.ConnectionString]);

        Assert.That((await RouteAsync(app)).GetProperty("success").GetBoolean(), Is.True);
        Assert.That(smoke.ExitCode, Is.Zero, smoke.Error);
        await AssertEverybodyIsToldAsync(app, database);
    }

    private static async Task AssertEverybodyIsToldAsync(SmplatApp app, TestDatabase database)
    {
        const string Explanation = "The database is newer than this build, which does not know 9999_from_a_newer_version.";
        var readiness = await app.Client.GetFromJsonAsync<JsonElement>("/api/v1/health/readyz");
        var component = readiness.GetProperty("components").GetProperty("database");
        var migrate = await CliRun.RunAsync(["migrate", "--database", database.ConnectionString]);
        var look = await CliRun.RunAsync(["migrate", "--dry-run", "--json", "--database", database.ConnectionString]);

        Assert.Multiple(() =>
        {
            Assert.That(component.GetProperty("status").GetString(), Is.EqualTo("ready"), "it works");
            Assert.That(component.GetProperty("detail").GetString(), Does.StartWith(Explanation).And.Contain("rollback"));
            Assert.That((migrate.ExitCode, look.ExitCode), Is.EqualTo((0, 0)), migrate.Error + look.Error);
            Assert.That(migrate.Output.ReplaceLineEndings(" "), Does.Contain(Explanation));
            Assert.That(look.Json.GetProperty("newer")[0].GetString(), Is.EqualTo("9999_from_a_newer_version"));
            Assert.That(look.Json.GetProperty("pending").GetArrayLength(), Is.Zero);
        });
    }

    [Test]
    public async Task A_migration_that_was_edited_after_it_was_applied_refuses_the_start_and_is_named()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("update schema_migration set checksum = 'another text' where number = 1");

        var migrate = await CliRun.RunAsync(["migrate", "--database", database.ConnectionString]);

        Assert.That(migrate.ExitCode, Is.EqualTo(1));
        Assert.That(migrate.Error, Does.Contain("0001_platform"));
        Assert.That(
            async () =>
            {
                await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { ["SMPLAT_DATABASE"] = database.ConnectionString });
            },
            Throws.Exception.With.Message.Contains("0001_platform"));
    }

    private static async Task<JsonElement> RouteAsync(SmplatApp app)
    {
        var answer = await app.Client.PostAsync("/functions/v1/loopgpt_route_order", new StringContent(Order));
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static Task<long> CountOrdersAsync(TestDatabase database) => database.ReadAsync<long>("select count(*) from orders");

    private static async Task CliRunOrFailAsync(string command, TestDatabase database)
    {
        var run = await CliRun.RunAsync([command, "--database", database.ConnectionString]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
    }

    /// <summary>One of Postgres' own programs. The embedded Postgres of npm comes without them: then the drill is skipped.</summary>
    private static async Task RunAsync(string program, TestDatabase database, params string[] arguments)
    {
        var at = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var start = new ProcessStartInfo(program, ["--host", at.Host!, "--port", $"{at.Port}", "--username", at.Username!, "--dbname", at.Database!, .. arguments])
        {
            RedirectStandardError = true,
        };
        start.Environment["PGPASSWORD"] = at.Password;
        try
        {
            using var process = Process.Start(start)!;
            var error = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            if (error.Contains("server version mismatch", StringComparison.Ordinal))
            {
                Assert.Ignore($"{program} is older than the server.");
            }

            Assert.That(process.ExitCode, Is.Zero, error);
        }
        catch (Win32Exception)
        {
            Assert.Ignore($"{program} is not on PATH (Debian package postgresql-client).");
        }
    }
}
