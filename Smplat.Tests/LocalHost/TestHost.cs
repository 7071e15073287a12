using System.Collections.Concurrent;
using System.Text;
using Smplat.LocalHost.Hosting;
using Smplat.Tests.Support;

namespace Smplat.Tests.LocalHost;

/// <summary>A Functions host with a <see cref="FakeWorker"/>, on a free port, with what it logged.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    /// <summary>One for all hosts, until the process ends.</summary>
    private static readonly Lazy<Task<RpcServer>> Server = new(() => RpcServer.StartAsync(CancellationToken.None));

    private TestHost(FunctionsHost host, FakeWorker worker, Diary log)
    {
        (Host, Worker, Log) = (host, worker, log);
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null }) { BaseAddress = host.Address };
    }

    public FunctionsHost Host { get; }

    public FakeWorker Worker { get; }

    public HttpClient Client { get; }

    /// <summary>The lines of host and worker.</summary>
    public Diary Log { get; }

    /// <param name="log">Pass one to read the log of a failed start.</param>
    public static async Task<TestHost> StartAsync(FakeWorker worker, HostSetup? setup = null, Diary? log = null)
    {
        setup ??= new();
        log ??= new();
        var host = await FunctionsHost.StartAsync(
            new()
            {
                AppFolder = AppContext.BaseDirectory,
                HostJson = setup.HostJson,
                Settings = setup.Settings,
                Worker = worker,
                Log = new HostLog(log.Write, logsRequests: false, TimeProvider.System),
                Port = setup.Port,
                BindAddress = setup.Port == 0 ? null : System.Net.IPAddress.Loopback,
                StopGrace = setup.StopGrace,
                StartLimit = setup.StartLimit,
                CancelGrace = setup.CancelGrace,
                TimerFolder = setup.TimerFolder,
                TimeZone = setup.TimeZone,
                Clock = setup.Clock,
                RpcServer = await Server.Value,
            },
            CancellationToken.None);
        return new(host, worker, log);
    }

    /// <summary>Status and body of a response: "200 text".</summary>
    public async Task<string> SendAsync(string method, string path, HttpContent? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body };
        using var response = await Client.SendAsync(request);
        return $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}".TrimEnd();
    }

    public Task<string> GetAsync(string path) => SendAsync("GET", path);

    public Task<string> PostJsonAsync(string path, string json) =>
        SendAsync("POST", path, new StringContent(json, Encoding.UTF8, "application/json"));

    /// <summary>Waits for a line that contains the text.</summary>
    public Task LoggedAsync(string text) =>
        Eventually.BecomesTrueAsync(() => Log.Entries.Any(line => line.Contains(text, StringComparison.Ordinal)), $"the log line \"{text}\"");

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.DisposeAsync();
    }
}

/// <summary>Options of a test that differ from the defaults.</summary>
internal sealed record HostSetup
{
    public HostJson HostJson { get; init; } = new("", null, new Dictionary<string, string>());

    /// <summary>Called at each start of the worker.</summary>
    public Func<IReadOnlyDictionary<string, string>> Settings { get; init; } = () => new Dictionary<string, string>();

    public int Port { get; init; }

    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(20);

    public TimeSpan StartLimit { get; init; } = TimeSpan.FromSeconds(20);

    public TimeSpan CancelGrace { get; init; } = TimeSpan.FromSeconds(20);

    public string? TimerFolder { get; init; }

    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Settings as <c>NAME=value</c>.</summary>
    public static Func<IReadOnlyDictionary<string, string>> Given(params string[] settings)
    {
        var all = settings.Select(setting => setting.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        return () => all;
    }
}

/// <summary>What functions and services of a test did, in order.</summary>
internal sealed class Diary
{
    private readonly ConcurrentQueue<string> _entries = new();

    public IReadOnlyList<string> Entries => [.. _entries];

    public void Write(string entry) => _entries.Enqueue(entry);
}

/// <summary>Lets a test block a run.</summary>
public sealed class Gate
{
    public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Opened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>A temporary folder for the schedule status of timers.</summary>
internal sealed class TimerFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("smplat-timers-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
