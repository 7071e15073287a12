using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost.Hosting;

/// <summary>What a worker has to know to find its host.</summary>
/// <param name="Endpoint">The host's gRPC server.</param>
/// <param name="AppFolder">The folder of the app.</param>
/// <param name="Settings">The app settings.</param>
public sealed record WorkerStart(
    Uri Endpoint, string WorkerId, string RequestId, string AppFolder, IReadOnlyDictionary<string, string> Settings);

/// <summary>Starts workers.</summary>
public interface IWorkerLauncher
{
    /// <exception cref="LocalStartException">It cannot be started; the message says why.</exception>
    Task<IWorker> StartAsync(WorkerStart start, CancellationToken cancellationToken);
}

/// <summary>A worker that was started.</summary>
public interface IWorker : IAsyncDisposable
{
    /// <summary>Completes when it has ended, however that came.</summary>
    Task Ended { get; }

    /// <summary>Where it takes HTTP requests, when that is not what its capability <c>HttpUri</c> says.</summary>
    Uri? HttpAddress { get; }

    /// <summary>What it printed last and how it ended, for the message when it has ended unasked.</summary>
    string Describe();

    /// <summary>Waits for the end that was asked for over the stream, and enforces it after the grace time.</summary>
    Task StopAsync(TimeSpan grace);
}

/// <summary>
/// Runs the worker as a child process, as the platform does: <c>dotnet App.dll</c> with the host's address among its
/// arguments and the app settings as environment variables. The process has a session of its own, so that Ctrl-C reaches
/// the host alone, and it is on a leash: it does not outlive a host that was killed.
/// </summary>
/// <param name="output">Takes each line that the worker prints by itself.</param>
public sealed class ChildProcessLauncher(SearchPath path, Action<string> output) : IWorkerLauncher
{
    public Task<IWorker> StartAsync(WorkerStart start, CancellationToken cancellationToken)
    {
        string[] command =
        [
            .. Command(start.AppFolder),
            "--functions-uri", start.Endpoint.ToString(),
            "--functions-worker-id", start.WorkerId,
            "--functions-request-id", start.RequestId,
            "--functions-grpc-max-message-length", int.MaxValue.ToString(CultureInfo.InvariantCulture),
        ];
        var setsid = path.Find("setsid");
        string[] all = setsid is null ? command : [setsid, .. command];
        var info = new ProcessStartInfo(all[0], all[1..])
        {
            WorkingDirectory = start.AppFolder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        FillEnvironment(info, start);
        return Task.FromResult<IWorker>(new ChildProcess(LocalProcess.Start(info), output));
    }

    /// <summary>Reads worker.config.json where the app has one; without it the only app in the folder is taken.</summary>
    private static string[] Command(string appFolder)
    {
        var config = Path.Combine(appFolder, "worker.config.json");
        if (File.Exists(config))
        {
            using var document = JsonDocument.Parse(File.ReadAllText(config));
            var description = document.RootElement.GetProperty("description");
            var executable = description.GetProperty("defaultExecutablePath").GetString()!
                .Replace("{WorkerRoot}", appFolder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
            var worker = description.TryGetProperty("defaultWorkerPath", out var given) ? given.GetString() : null;
            return worker is null ? [executable] : [executable, Path.Combine(appFolder, worker)];
        }

        return Directory.GetFiles(appFolder, "*.runtimeconfig.json") is [var only]
            ? ["dotnet", only.Replace(".runtimeconfig.json", ".dll", StringComparison.Ordinal)]
            : throw new LocalStartException($"{appFolder} holds neither a worker.config.json nor one app. Build or publish the app first.");
    }

    private static void FillEnvironment(ProcessStartInfo info, WorkerStart start)
    {
        var environment = info.Environment;
        foreach (var name in environment.Keys.Where(name => name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            // ASPNETCORE_URLS and the like would move the worker's own server.
            environment.Remove(name);
        }

        foreach (var (name, value) in start.Settings)
        {
            environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        environment["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated";
        environment["FUNCTIONS_APPLICATION_DIRECTORY"] = start.AppFolder;
        environment["FUNCTIONS_WORKER_DIRECTORY"] = start.AppFolder;
        environment["AzureWebJobsScriptRoot"] = start.AppFolder;
        environment.TryAdd("AZURE_FUNCTIONS_ENVIRONMENT", "Development");
    }

    private sealed class ChildProcess : IWorker
    {
        private readonly Process _process;
        private readonly Leash _leash;
        private readonly TailOfOutput _tail = new();

        public ChildProcess(Process process, Action<string> output)
        {
            _process = process;
            process.StandardInput.Close();
            _leash = Leash.Hold("kill -KILL \"$1\"", process.Id.ToString(CultureInfo.InvariantCulture));
            Ended = Task.WhenAll(
                ReadAsync(process.StandardOutput, output), ReadAsync(process.StandardError, output), process.WaitForExitAsync());
        }

        public Task Ended { get; }

        public Uri? HttpAddress => null;

        public string Describe() => _process.HasExited ? $"exit code {_process.ExitCode}{Environment.NewLine}{_tail}".TrimEnd() : $"{_tail}";

        public async Task StopAsync(TimeSpan grace)
        {
            try
            {
                await Ended.WaitAsync(grace);
            }
            catch (TimeoutException)
            {
                _process.Kill(entireProcessTree: true);
                await Ended;
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
            }

            await Ended;
            _leash.Dispose();
            _process.Dispose();
        }

        private async Task ReadAsync(StreamReader reader, Action<string> output)
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                _tail.Add(line);
                output(line);
            }
        }
    }
}

/// <summary>
/// Runs the worker's host inside this process, for tests: its services can be reached and replaced. The folder of the app
/// must be the same for all workers of the process, and hold the app's assembly and its host.json. The worker's web server
/// must listen on a port of its own (port 0), since all workers of a process share one <c>HttpUri</c>.
/// </summary>
/// <param name="create">Builds the app from its command-line arguments: the way to the host, and <c>--NAME=value</c> for each setting.</param>
public sealed class InProcessLauncher(Func<string[], IHost> create) : IWorkerLauncher
{
    /// <summary>The app's host of the latest start.</summary>
    public IHost? App { get; private set; }

    public async Task<IWorker> StartAsync(WorkerStart start, CancellationToken cancellationToken)
    {
        string[] args =
        [
            $"--Functions:Worker:HostEndpoint={start.Endpoint}",
            $"--Functions:Worker:WorkerId={start.WorkerId}",
            $"--Functions:Worker:RequestId={start.RequestId}",
            $"--Functions:Worker:GrpcMaxMessageLength={int.MaxValue}",
            .. start.Settings.Select(setting => $"--{setting.Key}={setting.Value}"),
        ];
        // The worker asks the process for its app's folder, so all apps of one process share it.
        Environment.SetEnvironmentVariable("FUNCTIONS_APPLICATION_DIRECTORY", start.AppFolder);
        Environment.SetEnvironmentVariable("FUNCTIONS_WORKER_DIRECTORY", start.AppFolder);
        var worker = new HostInProcess(create(args));
        App = worker.Host;
        try
        {
            await worker.Host.StartAsync(cancellationToken);
            return worker;
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    private sealed class HostInProcess(IHost host) : IWorker
    {
        private readonly TaskCompletionSource _ended = new();
        private int _isStopped;

        public IHost Host => host;

        public Task Ended => _ended.Task;

        public Uri HttpAddress => new(host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

        public string Describe() => "the app of this process";

        public async Task StopAsync(TimeSpan grace)
        {
            if (Interlocked.Exchange(ref _isStopped, 1) == 0)
            {
                using var limit = new CancellationTokenSource(grace);
                await host.StopAsync(limit.Token);
                _ended.TrySetResult();
            }
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync(TimeSpan.FromSeconds(5));
            await ((IAsyncDisposable)host).DisposeAsync();
        }
    }
}
