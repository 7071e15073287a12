using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text.Json;
using Smplat.LocalHost.Hosting.Rpc;

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

/// <summary>The parts of host.json that this host follows.</summary>
/// <param name="RoutePrefix">Stands before every route; <c>api</c> unless set.</param>
/// <param name="FunctionTimeout">What a function may take, 30 minutes unless set; null for no limit.</param>
/// <param name="LogLevels">Of <c>logging.logLevel</c>, by category.</param>
public sealed record HostJson(
    string RoutePrefix, TimeSpan? FunctionTimeout, IReadOnlyDictionary<string, string> LogLevels)
{
    private static readonly TimeSpan TimeoutUnlessSet = TimeSpan.FromMinutes(30);

    private static readonly JsonDocumentOptions Lenient = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    /// <summary>Reads the first host.json of the folders.</summary>
    public static HostJson Find(params IReadOnlyList<string> folders)
    {
        var path = folders.Select(folder => Path.Combine(folder, "host.json")).FirstOrDefault(File.Exists)
            ?? throw new LocalStartException($"There is no host.json in {string.Join(" or ", folders)}.");
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException)
        {
            throw new LocalStartException($"{path} cannot be read: {problem.Message}", problem);
        }
    }

    public static HostJson Parse(string text)
    {
        using var document = JsonDocument.Parse(text, Lenient);
        var root = document.RootElement;
        if (Member(root, "version")?.GetString() != "2.0")
        {
            throw new FormatException("\"version\": \"2.0\" is required.");
        }

        var prefix = Member(root, "extensions", "http", "routePrefix")?.GetString() ?? "api";
        return new HostJson(prefix, Timeout(Member(root, "functionTimeout")?.GetString()), Levels(root));
    }

    /// <summary>The same, with what the settings <c>AzureFunctionsJobHost__…</c> say instead.</summary>
    public HostJson With(IReadOnlyDictionary<string, string> settings)
    {
        try
        {
            return this with
            {
                RoutePrefix = Override(settings, "extensions__http__routePrefix") ?? RoutePrefix,
                FunctionTimeout = Override(settings, "functionTimeout") is { Length: > 0 } text ? Timeout(text) : FunctionTimeout,
                LogLevels = Override(settings, "logging__logLevel__Function") is { } level
                    ? new Dictionary<string, string>(LogLevels) { ["Function"] = level }
                    : LogLevels,
            };
        }
        catch (FormatException problem)
        {
            throw new LocalStartException($"AzureFunctionsJobHost__functionTimeout: {problem.Message}", problem);
        }
    }

    /// <summary>Whether each request gets a line in the log: the level of <c>Function</c>, else of <c>default</c>, is Information or lower.</summary>
    public bool TellsRequests =>
        !Enum.TryParse<RpcLog.Types.Level>(
            LogLevels.GetValueOrDefault("Function") ?? LogLevels.GetValueOrDefault("default"), ignoreCase: true, out var level)
        || level <= RpcLog.Types.Level.Information;

    private static string? Override(IReadOnlyDictionary<string, string> settings, string name) =>
        settings.GetValueOrDefault($"AzureFunctionsJobHost__{name}")
        ?? settings.GetValueOrDefault($"AzureFunctionsJobHost:{name.Replace("__", ":", StringComparison.Ordinal)}");

    private static TimeSpan? Timeout(string? text) => text switch
    {
        null => TimeoutUnlessSet,
        "-1" => null,
        _ when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) && time > TimeSpan.Zero => time,
        _ => throw new FormatException($"functionTimeout must be a time span such as 00:10:00, not \"{text}\"."),
    };

    private static Dictionary<string, string> Levels(JsonElement root) =>
        Member(root, "logging", "logLevel") is { ValueKind: JsonValueKind.Object } levels
            ? levels.EnumerateObject().ToDictionary(level => level.Name, level => level.Value.GetString() ?? "")
            : [];

    private static JsonElement? Member(JsonElement element, params string[] path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var next))
            {
                return null;
            }

            element = next;
        }

        return element;
    }
}
