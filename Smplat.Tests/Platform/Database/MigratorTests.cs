using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Database;

public sealed class MigratorTests
{
    [Test]
    public async Task Ten_instances_that_start_together_apply_each_migration_once()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();

        var reports = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(
            () => Migrator(database).MigrateAsync(CancellationToken.None))));

        Assert.That(reports.Count(report => report.WasEmpty), Is.EqualTo(1));
        Assert.That(reports.Sum(report => report.Applied.Count), Is.EqualTo(Migration.ReadAll().Count));
    }

    [Test]
    public async Task An_edited_migration_is_refused_by_name()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await Migrator(database).MigrateAsync([Step(1, "create table a ()")], CancellationToken.None);

        Assert.That(
            async () => await Migrator(database).MigrateAsync([Step(1, "create table b ()")], CancellationToken.None),
            Throws.TypeOf<EditedMigrationException>().With.Message.Contains("0001_step.sql"));
    }

    [Test]
    public async Task A_database_from_before_the_baseline_is_refused_with_instructions_and_not_changed()
    {
        await using var database = await FromBeforeTheBaselineAsync();

        Assert.That(
            async () => await Migrator(database).MigrateAsync(CancellationToken.None),
            Throws.TypeOf<MigrationHistoryMismatchException>().With.Message.Contains("0001_jobs.sql").And.Message.Contains(".local/postgres-<major>"));
        Assert.That(async () => await Migrator(database).InspectAsync(CancellationToken.None), Throws.TypeOf<MigrationHistoryMismatchException>());
        Assert.That(await database.ReadAsync<bool>("select count(*) = 2 and to_regclass('job_state') is null from schema_migration"));
    }

    [TestCase("migrate")]
    [TestCase("migrate --dry-run")]
    [TestCase("seed")]
    public async Task The_command_line_refuses_a_database_from_before_the_baseline(string command)
    {
        await using var database = await FromBeforeTheBaselineAsync();

        var run = await CliRun.RunAsync([.. command.Split(' '), "--database", database.ConnectionString]);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error.ReplaceLineEndings(" "), Does.StartWith("The database was created by").And.Contain("0001_jobs.sql").And.Contain("use a new database"));
    }

    [Test]
    public async Task The_app_does_not_start_on_a_database_from_before_the_baseline()
    {
        await using var database = await FromBeforeTheBaselineAsync();

        Assert.That(
            async () =>
            {
                await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { ["SMPLAT_DATABASE"] = database.ConnectionString });
            },
            Throws.TypeOf<MigrationHistoryMismatchException>().With.Message.Contains("SMPLAT_LOCAL_FOLDER"));
    }

    [Test]
    public async Task A_failing_migration_leaves_no_partial_changes()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        Migration[] steps = [Step(1, "create table a ()"), Step(2, "create table broken (")];

        Assert.That(async () => await Migrator(database).MigrateAsync(steps, CancellationToken.None), Throws.Exception);

        await using var connection = await database.DataSource.OpenConnectionAsync();
        Assert.That(await connection.ExecuteScalarAsync<bool>(Sql.Command(
            "select to_regclass('a') is null", null, CancellationToken.None)));
    }

    [Test]
    public async Task A_later_build_applies_only_what_is_new()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await Migrator(database).MigrateAsync([Step(1, "create table a ()")], CancellationToken.None);

        var report = await Migrator(database).MigrateAsync(
            [Step(1, "create table a ()"), Step(2, "create table b ()")], CancellationToken.None);

        Assert.That(report.Applied, Is.EqualTo(new[] { "0002_step.sql" }));
        Assert.That(report.WasEmpty, Is.False);
    }

    [Test]
    public async Task An_earlier_build_names_unknown_migrations_and_changes_nothing()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await Migrator(database).MigrateAsync(
            [Step(1, "create table a ()"), Step(2, "create table b ()")], CancellationToken.None);

        var report = await Migrator(database).MigrateAsync([Step(1, "create table a ()")], CancellationToken.None);

        Assert.That((report.Applied, report.Newer), Is.EqualTo((Array.Empty<string>(), new[] { "0002_step.sql" })));
    }

    [Test]
    public async Task Inspecting_an_empty_database_changes_nothing()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();

        var standing = await Migrator(database).InspectAsync(CancellationToken.None);

        Assert.That((standing.Applied.Count, standing.Pending.Count, standing.Newer.Count), Is.EqualTo((0, Migration.ReadAll().Count, 0)));
        Assert.That(await database.ReadAsync<bool>("select to_regclass('schema_migration') is null"));
    }

    [Test]
    public void Numbers_of_migrations_are_unique()
    {
        var numbers = Migration.ReadAll().Select(migration => migration.Number).ToArray();

        Assert.That(numbers, Is.Unique.And.Not.Empty);
    }

    /// <summary>What an earlier build left in the database, as far as the migrator checks it.</summary>
    private static async Task<TestDatabase> FromBeforeTheBaselineAsync()
    {
        var database = await TestDatabase.CreateEmptyAsync();
        await Migrator(database).MigrateAsync(
            [new(1, "0001_jobs.sql", "select 1", "an old checksum"), new(97, "0097_job_run_trace.sql", "select 1", "another")],
            CancellationToken.None);
        return database;
    }

    private static Migrator Migrator(TestDatabase database) => new(database.DataSource, NullLogger<Migrator>.Instance);

    private static Migration Step(int number, string text) => new(number, $"{number:0000}_step.sql", text, text);
}
