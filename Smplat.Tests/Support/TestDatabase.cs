using Npgsql;

namespace Smplat.Tests.Support;

/// <summary>
/// A database of a test's own with all migrations applied: <c>await using var db = await TestDatabase.CreateAsync();</c>
/// Commits are real, and tests may run side by side. Without a Postgres the test is skipped, and fails in CI.
/// </summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly TestDatabaseServer _server;
    private readonly string _name;

    private TestDatabase(TestDatabaseServer server, string name)
    {
        (_server, _name) = (server, name);
        ConnectionString = server.ConnectionString(name);
        DataSource = NpgsqlDataSource.Create(ConnectionString);
    }

    public NpgsqlDataSource DataSource { get; }

    public string ConnectionString { get; }

    public static async Task<TestDatabase> CreateAsync()
    {
        var server = await TestDatabaseServer.GetAsync();
        return new(server, await server.CreateAsync(isMigrated: true));
    }

    /// <summary>Without any table, for tests of the migrations themselves.</summary>
    public static async Task<TestDatabase> CreateEmptyAsync()
    {
        var server = await TestDatabaseServer.GetAsync();
        return new(server, await server.CreateAsync(isMigrated: false));
    }

    /// <summary>What an operator, or an accident, does to it from outside.</summary>
    public async Task ExecuteAsync(string statement)
    {
        await using var command = DataSource.CreateCommand(statement);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row.</summary>
    public async Task<T> ReadAsync<T>(string query)
    {
        await using var command = DataSource.CreateCommand(query);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await _server.DropAsync(_name);
    }
}
