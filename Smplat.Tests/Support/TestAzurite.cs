using Smplat.LocalHost;
using Smplat.LocalHost.LocalServices;

namespace Smplat.Tests.Support;

/// <summary>
/// Azurite, in memory. One for all tests of the process, who name their tables apart; or one of a test's
/// own that it may stop. Without Node.js the test is skipped, and fails in CI.
/// </summary>
public sealed class TestAzurite : IAsyncDisposable
{
    private static readonly Lazy<Task<TestAzurite>> Shared = new(StartAsync);
    private readonly AzuriteServer _server;

    private TestAzurite(AzuriteServer server) => _server = server;

    public string ConnectionString => _server.ConnectionString;

    /// <summary>The shared one; it ends with the test process.</summary>
    public static Task<TestAzurite> GetAsync() => OrSkipAsync(() => Shared.Value);

    /// <summary>Stops the shared one, if any test asked for it.</summary>
    internal static async Task EndAsync()
    {
        if (Shared is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await Shared.Value).StopAsync();
        }
    }

    /// <summary>A private one.</summary>
    public static Task<TestAzurite> StartOwnAsync() => OrSkipAsync(StartAsync);

    /// <summary>A table name that no other test uses.</summary>
    public static string NewTableName() => $"t{Guid.NewGuid():N}";

    public Task StopAsync() => _server.StopAsync();

    /// <summary>Starts again on the port that it had, with all tables gone.</summary>
    public Task RestartAsync() => _server.StartAsync(CancellationToken.None);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static async Task<TestAzurite> StartAsync()
    {
        var tools = TestSettings.Tools;
        if (await tools.FindNodeModulesAsync(CancellationToken.None) is not { } npm)
        {
            throw new LocalStartException($"Azurite needs Node.js. {NodeTools.InstallHint}");
        }

        var server = new AzuriteServer(npm.Tools, npm.Modules, tools.SearchPath, dataFolder: null);
        await server.StartAsync(CancellationToken.None);
        return new(server);
    }

    private static async Task<TestAzurite> OrSkipAsync(Func<Task<TestAzurite>> start)
    {
        try
        {
            return await start();
        }
        catch (LocalStartException exception)
        {
            TestSettings.Missing(exception);
            throw;
        }
    }
}
