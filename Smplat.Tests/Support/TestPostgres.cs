using System.Diagnostics;
using Smplat.LocalHost;
using Smplat.LocalHost.LocalServices;

namespace Smplat.Tests.Support;

/// <summary>A Postgres server for one test process, or for one test that stops and kills it.</summary>
public sealed class TestPostgres : IAsyncDisposable
{
    private readonly PostgresServer _server;
    private readonly TestFolder _folder;

    private TestPostgres(PostgresServer server, TestFolder folder) => (_server, _folder) = (server, folder);

    /// <summary>
    /// A private server that keeps every commit over kill and start, on the same
    /// port. Removed on dispose.
    /// </summary>
    public static async Task<TestPostgres> StartOwnAsync() =>
        await StartOrSkipAsync(PostgresTuning.Durable);

    /// <summary>Skips the test (or fails it in CI) when there is no Postgres to start.</summary>
    internal static async Task<TestPostgres> StartOrSkipAsync(PostgresTuning tuning)
    {
        try
        {
            return await StartAsync(tuning);
        }
        catch (LocalStartException exception)
        {
            TestSettings.Missing(exception);
            throw;
        }
    }

    internal static async Task<TestPostgres> StartAsync(PostgresTuning tuning)
    {
        var tools = TestSettings.Tools;
        var account = ServerAccount.Detect(tools.SearchPath);
        var installation = await tools.FindPostgresAsync(TestSettings.Postgres, CancellationToken.None);
        installation = await ReachableFolder.EnsureRunnableAsync(
            installation, tools.Checkout, account, CancellationToken.None);
        var folder = await TestFolder.CreateAsync(account);
        var server = new PostgresServer(installation, account, new(Path.Combine(folder.Path, "cluster")), tuning);
        await server.StartAsync(null, CancellationToken.None);
        return new(server, folder);
    }

    public string ConnectionString(string database = "postgres") => _server.ConnectionString(database);

    /// <summary>Starts again after a stop or a kill, on the port that it had.</summary>
    public Task StartAsync() => _server.StartAsync(_server.Port, CancellationToken.None);

    public Task StopAsync() => _server.StopAsync(CancellationToken.None);

    /// <summary>SIGKILL to the main process: nothing is written out, sessions break off.</summary>
    public async Task KillAsync()
    {
        var running = _server.Folder.FindRunning() ?? throw new InvalidOperationException("The server does not run.");
        using var process = Process.GetProcessById(running.Pid);
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (OperatingSystem.IsWindows())
        {
            await _server.StopAtOnceAsync(CancellationToken.None);
        }

        _folder.Dispose();
    }
}
