using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Smplat.LocalHost;

namespace Smplat.Benchmarks.Load;

/// <summary>
/// The app as it is deployed: published in Release, and run by the worker behind our Functions host, without timers,
/// services and a log line for each request. Published once a run of the benchmarks.
/// </summary>
internal static class PublishedApp
{
    private static readonly ConcurrentDictionary<bool, Lazy<Task<string>>> Folders = new();

    private static string Host => Path.Combine(AppContext.BaseDirectory, "Smplat.LocalHost.dll");

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="settings">As <c>NAME=value</c>.</param>
    public static async Task<BenchServer> StartAsync(IEnumerable<string> settings)
    {
        var folder = await PublishAsync(isReadyToRun: true);
        return await BenchServer.StartAsync(Host, port => Arguments(folder, port, settings));
    }

    /// <summary>The same without waiting, for measuring the start.</summary>
    public static async Task<ProcessStartInfo> CommandAsync(bool isReadyToRun, int port, IEnumerable<string> settings) =>
        new("dotnet", [Host, .. Arguments(await PublishAsync(isReadyToRun), port, settings)]) { RedirectStandardOutput = true };

    /// <summary>The folder of the published app, compiled ahead for this machine or not.</summary>
    /// <exception cref="InvalidOperationException">It cannot be published; the message is what the publisher says.</exception>
    public static Task<string> PublishAsync(bool isReadyToRun) => Folders.GetOrAdd(isReadyToRun, Make).Value;

    private static IEnumerable<string> Arguments(string folder, int port, IEnumerable<string> settings) =>
    [
        folder, $"--SMPLAT_PORT={port}", "--SMPLAT_BIND_ADDRESS=127.0.0.1", "--SMPLAT_LOCAL_TIMERS=false", "--SMPLAT_LOCAL_SERVICES=false",
        "--AzureFunctionsJobHost__logging__logLevel__Function=Warning", .. settings.Select(setting => $"--{setting}"),
    ];

    private static Lazy<Task<string>> Make(bool isReadyToRun) => new(async () =>
    {
        var folder = Directory.CreateTempSubdirectory("smplat-bench-app-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        string[] ahead = isReadyToRun ? ["-r", RuntimeInformation.RuntimeIdentifier, "--self-contained", "false"] : [];
        var start = new ProcessStartInfo(
            "dotnet", ["publish", "Smplat.Functions", "-c", "Release", "-o", folder, "-v", "q", "--nologo", .. ahead])
        {
            WorkingDirectory = RepositoryRoot.Path ?? throw new InvalidOperationException("Run it from a checkout."),
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? folder : throw new InvalidOperationException(said);
    });
}
