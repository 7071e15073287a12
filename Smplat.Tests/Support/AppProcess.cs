using System.Diagnostics;
using System.Text.RegularExpressions;
using Smplat.LocalHost;

namespace Smplat.Tests.Support;

/// <summary>The built app behind the development host, both processes of their own, for tests that kill them.</summary>
public sealed partial class AppProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Process _process;

    private AppProcess(Process process, Uri url) => (_process, Url) = (process, url);

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
        while (await process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
        {
            if (Serving().Match(line) is { Success: true } match)
            {
                // Read on, or a full pipe would stop the app.
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                return new(process, new Uri(match.Groups[1].Value));
            }
        }

        throw new AssertionException("The app ended before it served.");
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

    [GeneratedRegex(@"^Serving on (\S+?)\. ")]
    private static partial Regex Serving();
}

/// <summary>Where the build puts the development host and the app that it runs.</summary>
public static class LocalHostProgram
{
    private static readonly DirectoryInfo Build = new(AppContext.BaseDirectory);

    public static string Assembly => Path.Combine(Output("Smplat.LocalHost"), "Smplat.LocalHost.dll");

    public static string BuiltApp => Output("Smplat.Functions");

    private static string Output(string project) => Path.Combine(RepositoryRoot.Path!, project, "bin", Build.Parent!.Name, Build.Name);
}
