using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Smplat.Core.Platform.Database;
using Smplat.LocalHost;
using Smplat.LocalHost.LocalServices;

namespace Smplat.Tests.Support;

/// <summary>The Postgres that all tests of this process share, with the migrated template that their databases are cloned from.</summary>
internal sealed class TestDatabaseServer
{
    private const int ConnectionsOfOneTest = 40;

    /// <summary>Cloning reads the template's files; more at once only makes each of them slower.</summary>
    private static readonly SemaphoreSlim Cloning = new(2);

    private static readonly Lazy<Task<TestDatabaseServer>> Shared = new(StartAsync);

    private static int _count;

    /// <summary>Unique on a server that several test runs share.</summary>
    private static readonly string Run = $"smplat_test_{Environment.ProcessId}_{Path.GetRandomFileName()[..6]}";

    private readonly string _address;
    private readonly NpgsqlDataSource _admin;

    /// <summary>Held for as long as the tests run: collected, it would let go of the leash and take the server down.</summary>
    private readonly TestPostgres? _postgres;

    private TestDatabaseServer(string address, TestPostgres? postgres)
    {
        _postgres = postgres;
        _address = address;
        _admin = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(address) { MaxPoolSize = 8, CommandTimeout = 120 });
    }

    private static string Template => $"{Run}_template";

    /// <summary>Starts the server on first use, so that tests without a database run where there is none.</summary>
    public static async Task<TestDatabaseServer> GetAsync()
    {
        try
        {
            return await Shared.Value;
        }
        catch (LocalStartException exception)
        {
            TestSettings.Missing(exception);
            throw;
        }
    }

    /// <summary>Stops our own server; on one that outlives us, only the template goes.</summary>
    public static async Task EndAsync()
    {
        if (Shared is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            var server = await Shared.Value;
            if (server._postgres is null)
            {
                await server.DropAsync(Template);
            }
            else
            {
                await server._postgres.DisposeAsync();
            }
        }
    }

    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder(_address)
    {
        Database = database,
        MaxPoolSize = ConnectionsOfOneTest,
        IncludeErrorDetail = true,
    }.ConnectionString;

    public async Task<string> CreateAsync(bool isMigrated)
    {
        var name = $"{Run}_{Interlocked.Increment(ref _count)}";
        await Cloning.WaitAsync();
        try
        {
            // Copying the files costs a third of what it costs to write each of their pages to the log.
            await ExecuteAsync($"create database {name} template {(isMigrated ? Template : "template0")} strategy file_copy");
        }
        finally
        {
            Cloning.Release();
        }

        return name;
    }

    public Task DropAsync(string name) => ExecuteAsync($"drop database if exists {name} with (force)");

    private static async Task<TestDatabaseServer> StartAsync()
    {
        var postgres = TestSettings.Database is null ? await TestPostgres.StartAsync(PostgresTuning.Throwaway) : null;
        var server = new TestDatabaseServer(TestSettings.Database ?? postgres!.ConnectionString(), postgres);
        try
        {
            await server.ExecuteAsync($"create database {Template} template template0");
        }
        catch (Exception exception) when (exception is NpgsqlException { IsTransient: true } or TimeoutException)
        {
            throw new LocalStartException($"The Postgres for tests does not answer: {exception.Message}", exception);
        }

        await using var template = NpgsqlDataSource.Create(server.ConnectionString(Template));
        await new Migrator(template, NullLogger<Migrator>.Instance).MigrateAsync(CancellationToken.None);
        return server;
    }

    private async Task ExecuteAsync(string statement)
    {
        await using var command = _admin.CreateCommand(statement);
        await command.ExecuteNonQueryAsync();
    }
}
