using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost.Hosting;

/// <summary>What a worker needs to connect to its host.</summary>
/// <param name="Endpoint">The host's gRPC server.</param>
/// <param name="AppFolder">The folder of the app.</param>
/// <param name="Settings">The app settings.</param>
public sealed record WorkerStart(
    Uri Endpoint, string WorkerId, string RequestId, string AppFolder, IReadOnlyDictionary<string, string> Settings);

/// <summary>Starts workers.</summary>
public interface IWorkerLauncher
{
    /// <exception cref="LocalStartException">The start failed; the message says why.</exception>
    Task<IWorker> StartAsync(WorkerStart start, CancellationToken cancellationToken);
}

/// <summary>A started worker.</summary>
public interface IWorker : IAsyncDisposable
{
    /// <summary>Completes when the worker has exited for any reason.</summary>
    Task Ended { get; }

    /// <summary>Where it accepts HTTP requests; null to use its capability <c>HttpUri</c>.</summary>
    Uri? HttpAddress { get; }

    /// <summary>Its last output and exit code, for the error message.</summary>
    string Describe();

    /// <summary>Waits for the exit requested over gRPC, and kills the worker after the grace time.</summary>
    Task StopAsync(TimeSpan grace);
}

/// <summary>
/// Runs the worker as a child process, as the platform does: <c>dotnet App.dll</c> with the host's address as an argument
/// and the app settings as environment variables. The process has its own session, so that Ctrl-C reaches only the host,
/// and is killed when the host dies.
/// </summary>
/// <param name="output">Receives each line of the worker's standard output and error.</param>
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

    /// <summary>Reads worker.config.json if the app has one, else uses the only app in the folder.</summary>
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
            : throw new LocalStartException($"{appFolder} has neither worker.config.json nor a single app. Build or publish the app first.");
    }

    private static void FillEnvironment(ProcessStartInfo info, WorkerStart start)
    {
        var environment = info.Environment;
        foreach (var name in environment.Keys.Where(name => name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            // ASPNETCORE_URLS and similar would change the address of the worker's own server.
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
        private readonly ExitCleanup _cleanup;
        private readonly OutputTail _tail = new();

        public ChildProcess(Process process, Action<string> output)
        {
            _process = process;
            process.StandardInput.Close();
            _cleanup = ExitCleanup.Start("kill -KILL \"$1\"", process.Id.ToString(CultureInfo.InvariantCulture));
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
            _cleanup.Dispose();
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
/// Runs the worker inside this process, for tests that access or replace its services. All workers of the process must have
/// the same app folder, with the app's assembly and host.json. Each worker's web server must listen on port 0, because all
/// workers of a process share one <c>HttpUri</c>.
/// </summary>
/// <param name="create">Builds the app from its command-line arguments: the host's address, and <c>--NAME=value</c> for each setting.</param>
public sealed class InProcessLauncher(Func<string[], IHost> create) : IWorkerLauncher
{
    /// <summary>The app of the latest start.</summary>
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
        // The worker reads its app folder from the process environment, so all apps of a process share it.
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

        public string Describe() => "the in-process app";

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
