using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Smplat.LocalHost;
using Smplat.LocalHost.LocalServices;
using Smplat.Tests.Support;

namespace Smplat.Tests.LocalServices;

/// <summary>
/// A checkout with nothing started yet, in a path with a space. It borrows the installed npm packages, so that a test does
/// not download them again.
/// </summary>
internal sealed class TemporaryCheckout : IAsyncDisposable
{
    private readonly string _outer;

    private TemporaryCheckout(string outer, string path) => (_outer, Path) = (outer, path);

    public string Path { get; }

    public string Local => System.IO.Path.Combine(Path, ".local");

    /// <param name="isClosedToOthers">Its parent lets only its owner in, as /root and the folders of mktemp do.</param>
    public static TemporaryCheckout Create(bool isClosedToOthers = false)
    {
        var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        var others = UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        var outer = System.IO.Path.Combine(
            System.IO.Path.GetTempPath(), $"smplat-checkout-{Environment.ProcessId}-{System.IO.Path.GetRandomFileName()}");
        var path = System.IO.Path.Combine(outer, "my checkout");
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(outer, isClosedToOthers ? mode : mode | others);
            Directory.CreateDirectory(path, mode | others);
        }

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
                throw new LocalStartException($"This needs Node.js. {NodeTools.Remedy}");
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

    public async ValueTask DisposeAsync()
    {
        // A test that failed half-way must not leave a server.
        if (FindPostgres() is { } running)
        {
            using var process = Process.GetProcessById(running.Pid);
            process.Kill();
            await process.WaitForExitAsync();
        }

        var modules = new DirectoryInfo(System.IO.Path.Combine(Path, "node_modules"));
        if (modules.LinkTarget is not null)
        {
            modules.Delete();
        }

        await Eventually.BecomesTrueAsync(TryDelete, $"{_outer} can be removed");
    }

    /// <summary>The children of a killed server write for a moment longer.</summary>
    private bool TryDelete()
    {
        try
        {
            Directory.Delete(_outer, recursive: true);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
