using System.Net;
using System.Reflection;

namespace Smplat.LocalHost.Hosting;

/// <summary>What a host is told when it is made; settings may differ from one start of the worker to the next.</summary>
public sealed class FunctionsHostOptions
{
    /// <summary>The built or published app: holds the worker's assembly and its worker.config.json.</summary>
    public required string AppFolder { get; init; }

    public required HostJson HostJson { get; init; }

    /// <summary>
    /// Asked before each start of the worker for its app settings, names without regard to case. They become the worker's
    /// environment variables, are looked up for <c>%Setting%</c> in schedules, and switch functions off by
    /// <c>AzureWebJobs.NAME.Disabled</c>.
    /// </summary>
    public required Func<IReadOnlyDictionary<string, string>> Settings { get; init; }

    /// <summary>Starts the worker: a child process in a run, a host in the same process in tests.</summary>
    public required IWorkerLauncher Worker { get; init; }

    /// <summary>Where the host says what happens.</summary>
    public required HostLog Log { get; init; }

    /// <summary>Address to listen on; null for both loopback addresses.</summary>
    public IPAddress? BindAddress { get; init; }

    /// <summary>Port of the HTTP functions; 0 for a free one.</summary>
    public int Port { get; init; } = 7071;

    /// <summary>Where the schedule status of timers is kept; null runs no timer.</summary>
    public string? TimerFolder { get; init; }

    /// <summary>Time zone of the schedules, as WEBSITE_TIME_ZONE sets it on the platform.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>How long requests and timer runs may go on after a stop was asked for, before they are cancelled.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a function may go on after it was cancelled at its time-out, before its worker is replaced.</summary>
    public TimeSpan CancelGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a worker may take from its start until its functions are loaded.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>HTML of the page at <c>/</c>, shown unless a function answers there or AzureWebJobsDisableHomepage is set.</summary>
    public string HomePage { get; init; } = "<!doctype html><title>Functions host</title><p>The functions host is running.</p>";

    /// <summary>The server that workers connect to; null for one of this host's own.</summary>
    public RpcServer? RpcServer { get; init; }

    /// <summary>Moves timers; requests are timed by the machine's clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    internal static string Version { get; } = typeof(FunctionsHostOptions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
