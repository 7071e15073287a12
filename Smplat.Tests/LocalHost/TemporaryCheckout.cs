using Microsoft.Extensions.Configuration;
using Smplat.LocalHost;
using Smplat.LocalHost.LocalServices;
using Smplat.Tests.Support;

namespace Smplat.Tests.LocalHost;

/// <summary>
/// A checkout with nothing started yet, in a path with a space. It borrows the installed npm packages, so that a test does
/// not download them again.
/// </summary>
internal sealed class TemporaryCheckout : IAsyncDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode Everybody =
        Owner | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly TestFolder _outer;

    private TemporaryCheckout(TestFolder outer, string path) => (_outer, Path) = (outer, path);

    public string Path { get; }

    public string Local => System.IO.Path.Combine(Path, ".local");

    /// <param name="isClosedToOthers">Its parent lets only its owner in, as /root and the folders of mktemp do.</param>
    public static TemporaryCheckout Create(bool isClosedToOthers = false)
    {
        var outer = TestFolder.Create(isClosedToOthers ? Owner : Everybody);
        var path = System.IO.Path.Combine(outer.Path, "my checkout");
        Directory.CreateDirectory(path);
        var source = RepositoryRoot.Path!;
        foreach (var file in new[] { "package.json", "package-lock.json", ".npmrc" })
        {
            File.Copy(System.IO.Path.Combine(source, file), System.IO.Path.Combine(path, file));
        }

        return new(outer, path);
    }

    public async Task BorrowPackagesAsync()
    {
        try
        {
            if (await TestSettings.Tools.FindNodeModulesAsync(CancellationToken.None) is not { } npm)
            {
                throw new LocalStartException($"This needs Node.js. {NodeTools.InstallHint}");
            }

            Directory.CreateSymbolicLink(System.IO.Path.Combine(Path, "node_modules"), npm.Modules);
        }
        catch (LocalStartException exception)
        {
            TestSettings.Missing(exception);
        }
    }

    /// <summary>Settings of a run: the search path of this machine, storage that needs no server, and what is given.</summary>
    public static IConfiguration Settings(params (string Name, string Value)[] given)
    {
        var values = new Dictionary<string, string?>
        {
            ["PATH"] = TestSettings.SearchPath.Text,
            ["AzureWebJobsStorage"] = "TableEndpoint=http://127.0.0.1:1/none;",
            ["SMPLAT_LOCAL_POSTGRES"] = TestSettings.Postgres.ToString(),
        };
        foreach (var (name, value) in given)
        {
            values[name] = value;
        }

        return new ConfigurationBuilder().AddInMemoryCollection(values).Build();
    }

    public LocalRun NewRun() => new(Path, TimeProvider.System);

    /// <summary>The main process of the Postgres that serves this checkout, or null.</summary>
    public RunningPostmaster? FindPostgres() =>
        Directory.Exists(Local)
            ? Directory.EnumerateDirectories(Local, "postgres-*").Select(path => new PostgresFolder(path).FindRunning()).FirstOrDefault()
            : null;

    /// <summary>Also stops a server that a failed test left running.</summary>
    public ValueTask DisposeAsync()
    {
        _outer.Dispose();
        return ValueTask.CompletedTask;
    }
}
