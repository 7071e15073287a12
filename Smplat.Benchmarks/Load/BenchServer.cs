using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Smplat.LocalHost;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.Benchmarks.Load;

/// <summary>A server under test in its own process, so that no server shares a heap with the client.</summary>
public sealed class BenchServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private BenchServer(Process process, int port) => (_process, EndPoint) = (process, new IPEndPoint(IPAddress.Loopback, port));

    public IPEndPoint EndPoint { get; }

    /// <summary>Starts <c>dotnet {assembly} {arguments}</c> and waits until it listens.</summary>
    /// <param name="arguments">Arguments for the chosen port.</param>
    public static Task<BenchServer> StartAsync(string assembly, Func<int, IEnumerable<string>> arguments) =>
        StartAsync("dotnet", Path.GetDirectoryName(assembly)!, port => [assembly, .. arguments(port)]);

    /// <summary>Starts a program in a folder and waits until it listens.</summary>
    /// <param name="arguments">Arguments for the chosen port.</param>
    public static async Task<BenchServer> StartAsync(string program, string folder, Func<int, IEnumerable<string>> arguments)
    {
        var port = FreePort.Find();
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, WorkingDirectory = folder };
        start.Environment["DOTNET_gcServer"] = "0";
        foreach (var argument in arguments(port))
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException("The server did not start.");
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var server = new BenchServer(process, port);
        try
        {
            await server.WaitAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private async Task WaitAsync()
    {
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < StartLimit && !_process.HasExited)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(EndPoint);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(100);
            }
        }

        throw new InvalidOperationException("The server did not start to listen.");
    }
}

/// <summary>
/// The app as deployed: published in Release and run behind our Functions host, without timers, services and request logs.
/// Published once per process.
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

    /// <summary>The command that starts it, for measuring the start.</summary>
    public static async Task<ProcessStartInfo> CommandAsync(bool isReadyToRun, int port, IEnumerable<string> settings) =>
        new("dotnet", [Host, .. Arguments(await PublishAsync(isReadyToRun), port, settings)]) { RedirectStandardOutput = true };

    /// <summary>The folder of the published app.</summary>
    /// <exception cref="InvalidOperationException">Publishing failed; the message has the output.</exception>
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
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? folder : throw new InvalidOperationException(output);
    });
}

/// <summary>Node.js programs to compare with, and their packages, in a folder under <c>.local</c>.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Node">Path of node.</param>
public sealed record NodeFolder(string Path, string Node)
{
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(10);

    /// <summary>Copies the programs and installs what their package.json pins, unless installed already.</summary>
    /// <param name="name">Name of the folder under <c>.local</c>.</param>
    /// <param name="source">Their folder in the repository.</param>
    /// <param name="programs">Where to look for <c>node</c> and <c>npm</c>.</param>
    /// <returns>The folder, or the reason why there is none.</returns>
    public static async Task<(NodeFolder? Folder, string? Missing)> PrepareAsync(
        string name, string source, SearchPath programs, CancellationToken cancellationToken)
    {
        if ((programs.Find("node"), programs.Find("npm")) is not ({ } node, { } npm))
        {
            return (null, $"{(programs.Find("node") is null ? "node" : "npm")} is not on PATH");
        }

        var root = RepositoryRoot.Path ?? throw new InvalidOperationException("Run it from a checkout.");
        var folder = System.IO.Path.Combine(root, ".local", name);
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(System.IO.Path.Combine(root, source)))
        {
            File.Copy(file, System.IO.Path.Combine(folder, System.IO.Path.GetFileName(file)), overwrite: true);
        }

        var wanted = await File.ReadAllTextAsync(System.IO.Path.Combine(folder, "package.json"), cancellationToken);
        var stamp = System.IO.Path.Combine(folder, "node_modules", ".installed");
        if (!File.Exists(stamp) || await File.ReadAllTextAsync(stamp, cancellationToken) != wanted)
        {
            Console.WriteLine($"Installing packages under .local/{name} …");
            if (await InstallAsync(npm, folder, cancellationToken) is { } problem)
            {
                return (null, problem);
            }

            await File.WriteAllTextAsync(stamp, wanted, cancellationToken);
        }

        return (new(folder, node), null);
    }

    /// <returns>The error; null on success.</returns>
    private static async Task<string?> InstallAsync(string npm, string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(npm, ["install", "--no-audit", "--no-fund", "--no-package-lock"]) { WorkingDirectory = folder };
        try
        {
            var result = await LocalCommand.RunAsync(start, InstallLimit, cancellationToken);
            return result.ExitCode == 0 ? null : $"npm install failed: {result.Output}";
        }
        catch (LocalStartException exception)
        {
            return exception.Message;
        }
    }
}
