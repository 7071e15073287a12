using Npgsql;
using Smplat.LocalHost;
using Smplat.LocalHost.LocalServices;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.Benchmarks.Load;

/// <summary>A database for one benchmark: on a given server, or on a new one with durable commits.</summary>
public sealed class BenchDatabase : IAsyncDisposable
{
    private readonly PostgresServer? _server;
    private readonly string _admin;
    private readonly string _name;

    private BenchDatabase(PostgresServer? server, string admin, string name) =>
        (_server, _admin, _name) = (server, admin, name);

    public string ConnectionString => new NpgsqlConnectionStringBuilder(_admin) { Database = _name }.ConnectionString;

    /// <param name="given">Connection string of the server to use; null starts one.</param>
    public static async Task<BenchDatabase> CreateAsync(string? given, CancellationToken cancellationToken)
    {
        PostgresServer? server = null;
        if (given is null)
        {
            server = await StartServerAsync(cancellationToken);
            given = server.ConnectionString("postgres");
        }

        var database = new BenchDatabase(server, given, $"smplat_bench_{Environment.ProcessId}");
        await database.ExecuteAsync($"create database {database._name} template template0");
        return database;
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await ExecuteAsync($"drop database if exists {_name} with (force)");
        if (_server is not null)
        {
            await _server.StopAsync(CancellationToken.None);
            Directory.Delete(_server.Folder.Path, recursive: true);
        }
    }

    private static async Task<PostgresServer> StartServerAsync(CancellationToken cancellationToken)
    {
        var search = new SearchPath(Environment.ExpandEnvironmentVariables("%PATH%"));
        var tools = new LocalTools(
            new CheckoutFolder(RepositoryRoot.Path ?? throw new InvalidOperationException("Run it from a checkout.")), search, Console.WriteLine);
        var account = ServerAccount.Detect(search);
        var installation = await tools.FindPostgresAsync(PostgresChoice.Either, cancellationToken);
        var folder = Path.Combine("/var/tmp", $"smplat-bench-{Environment.ProcessId}");
        Directory.CreateDirectory(folder);
        await account.GiveAsync(folder, cancellationToken);
        var server = new PostgresServer(installation, account, new PostgresFolder(Path.Combine(folder, "cluster")), PostgresTuning.Durable);
        await server.StartAsync(null, cancellationToken);
        return server;
    }

    private async Task ExecuteAsync(string statement)
    {
        await using var source = NpgsqlDataSource.Create(_admin);
        await using var command = source.CreateCommand(statement);
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>An Npgsql connection string as a postgres:// URL.</summary>
internal static class PostgresUrl
{
    public static string Of(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        return $"postgres://{settings.Username}:{Uri.EscapeDataString(settings.Password ?? "")}@{settings.Host}:{settings.Port}/{settings.Database}";
    }
}
