using System.Diagnostics;
using System.Text.RegularExpressions;
using Smplat.LocalHost;

namespace Smplat.Tests.Support;

/// <summary>The built app behind the development host, both processes of their own, for tests that kill them.</summary>
public sealed partial class AppProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly List<string> _lines;

    private AppProcess(Process process, Uri url, List<string> lines) => (_process, Url, _lines) = (process, url, lines);

    /// <summary>What host and worker have written so far.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public Uri Url { get; }

    /// <summary>Starts it on a free port without timers and local services, and waits until it serves.</summary>
    /// <param name="settings">As <c>NAME=value</c>; SMPLAT_DATABASE must be among them.</param>
    public static async Task<AppProcess> StartAsync(params string[] settings)
    {
        string[] all =
        [
            LocalHostProgram.Assembly, LocalHostProgram.BuiltApp, "--SMPLAT_PORT=0", "--SMPLAT_BIND_ADDRESS=127.0.0.1", "--SMPLAT_ENVIRONMENT=local",
            "--SMPLAT_LOCAL_SETTINGS=sample", "--SMPLAT_LOCAL_TIMERS=false", "--SMPLAT_LOCAL_SERVICES=false",
            .. settings.Select(setting => $"--{setting}"),
        ];
        var process = Process.Start(new ProcessStartInfo("dotnet", all) { RedirectStandardOutput = true })!;
        using var deadline = new CancellationTokenSource(Patience);
        var lines = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
        {
            lines.Add(line);
            if (Serving().Match(line) is { Success: true } match)
            {
                var app = new AppProcess(process, new Uri(match.Groups[1].Value), lines);
                _ = app.ReadOnAsync();
                return app;
            }
        }

        throw new AssertionException($"The app ended before it served. {string.Join(Environment.NewLine, lines)}");
    }

    /// <summary>SIGTERM: requests finish, what is held is written out.</summary>
    /// <returns>The exit code of the host.</returns>
    public async Task<int> StopAsync()
    {
        using (Process.Start("kill", ["-TERM", $"{_process.Id}"]))
        {
            await _process.WaitForExitAsync().WaitAsync(Patience);
        }

        return _process.ExitCode;
    }

    /// <summary>SIGKILL to host and worker: nothing is flushed, connections break off.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    /// <summary>A pipe that nobody reads would stop the app.</summary>
    private async Task ReadOnAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            lock (_lines)
            {
                _lines.Add(line);
            }
        }
    }

    [GeneratedRegex(@"^Serving on (\S+?)\. ")]
    private static partial Regex Serving();
}

/// <summary>Where the build puts the development host and the app that it runs.</summary>
public static class LocalHostProgram
{
    private static readonly DirectoryInfo Build = new(AppContext.BaseDirectory);

    public static string Assembly => Path.Combine(Output("Smplat.LocalHost"), "Smplat.LocalHost.dll");

    /// <summary>The app's build output; the published one when SMPLAT_TEST_APP names its folder, as CI does.</summary>
    public static string BuiltApp => TestSettings.App ?? Output("Smplat.Functions");

    private static string Output(string project) => Path.Combine(RepositoryRoot.Path!, project, "bin", Build.Parent!.Name, Build.Name);
}
