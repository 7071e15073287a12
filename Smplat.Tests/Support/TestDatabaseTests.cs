using Npgsql;

namespace Smplat.Tests.Support;

[Parallelizable(ParallelScope.All)]
public sealed class TestDatabaseTests
{
    [Test]
    public async Task A_database_comes_migrated_and_is_gone_afterwards()
    {
        string connectionString;
        await using (var db = await TestDatabase.CreateAsync())
        {
            connectionString = db.ConnectionString;
            Assert.That(await ScalarAsync(db.DataSource, "select count(*) from schema_migration"), Is.GreaterThan(0));
        }

        await using var gone = NpgsqlDataSource.Create(connectionString);
        var error = await Assert.ThrowsAsync<PostgresException>(async () => await ScalarAsync(gone, "select 1::bigint"));
        Assert.That(error!.SqlState, Is.EqualTo(PostgresErrorCodes.InvalidCatalogName));
    }

    [Test]
    public async Task Databases_of_two_tests_do_not_see_each_other()
    {
        var both = await Task.WhenAll(TestDatabase.CreateAsync(), TestDatabase.CreateAsync());
        await using var first = both[0];
        await using var second = both[1];

        await using var command = first.DataSource.CreateCommand("create table only_here (id int)");
        await command.ExecuteNonQueryAsync();

        const string Count = "select count(*) from pg_tables where tablename = 'only_here'";
        Assert.That(await ScalarAsync(first.DataSource, Count), Is.EqualTo(1));
        Assert.That(await ScalarAsync(second.DataSource, Count), Is.Zero);
    }

    [Test]
    public async Task An_empty_database_has_no_tables()
    {
        await using var db = await TestDatabase.CreateEmptyAsync();

        Assert.That(await ScalarAsync(db.DataSource, "select count(*) from pg_tables where schemaname = 'public'"), Is.Zero);
    }

    [Test]
    public async Task A_private_server_keeps_commits_over_a_kill()
    {
        await using var server = await TestPostgres.StartOwnAsync();
        await using var source = NpgsqlDataSource.Create(server.ConnectionString());
        await using (var command = source.CreateCommand("create table kept as select 7 as number"))
        {
            await command.ExecuteNonQueryAsync();
        }

        await server.KillAsync();
        await server.StartAsync();
        source.Clear();

        Assert.That(await ScalarAsync(source, "select number::bigint from kept"), Is.EqualTo(7));
    }

    private static async Task<long> ScalarAsync(NpgsqlDataSource source, string statement)
    {
        await using var command = source.CreateCommand(statement);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
