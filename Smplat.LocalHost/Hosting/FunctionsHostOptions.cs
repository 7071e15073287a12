using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text.Json;
using Smplat.LocalHost.Hosting.Rpc;

namespace Smplat.LocalHost.Hosting;

/// <summary>The options of a host. The settings may differ from one start of the worker to the next.</summary>
public sealed class FunctionsHostOptions
{
    /// <summary>Folder of the built or published app, with the worker's assembly and its worker.config.json.</summary>
    public required string AppFolder { get; init; }

    public required HostJson HostJson { get; init; }

    /// <summary>
    /// Returns the app settings, with case-insensitive names; called before each start of the worker. They become its
    /// environment variables, replace <c>%Setting%</c> in schedules, and can disable functions by
    /// <c>AzureWebJobs.NAME.Disabled</c>.
    /// </summary>
    public required Func<IReadOnlyDictionary<string, string>> Settings { get; init; }

    /// <summary>Starts the worker: a child process in a run, a host in the same process in tests.</summary>
    public required IWorkerLauncher Worker { get; init; }

    /// <summary>The log of host and worker.</summary>
    public required HostLog Log { get; init; }

    /// <summary>Address to listen on; null for both loopback addresses.</summary>
    public IPAddress? BindAddress { get; init; }

    /// <summary>Port of the HTTP functions; 0 for any free port.</summary>
    public int Port { get; init; } = 7071;

    /// <summary>Folder for the schedule status of timers; null runs no timers.</summary>
    public string? TimerFolder { get; init; }

    /// <summary>Time zone of the schedules, as WEBSITE_TIME_ZONE sets it on the platform.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>How long requests and timer runs may continue after a stop request before they are cancelled.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a function may continue after it was cancelled for exceeding its timeout before its worker is replaced.</summary>
    public TimeSpan CancelGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a worker may take to start and load its functions.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>HTML of the page at <c>/</c>, unless a function has that route or AzureWebJobsDisableHomepage is set.</summary>
    public string HomePage { get; init; } = "<!doctype html><title>Functions host</title><p>The functions host is running.</p>";

    /// <summary>The server that workers connect to; null to start one for this host.</summary>
    public RpcServer? RpcServer { get; init; }

    /// <summary>Clock of the timers; request times use the machine's clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    internal static string Version { get; } = typeof(FunctionsHostOptions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}

/// <summary>The parts of host.json that this host supports.</summary>
/// <param name="RoutePrefix">Prefix of every route; <c>api</c> by default.</param>
/// <param name="FunctionTimeout">Time limit of a function; 30 minutes by default, null for none.</param>
/// <param name="LogLevels"><c>logging.logLevel</c> by category.</param>
public sealed record HostJson(
    string RoutePrefix, TimeSpan? FunctionTimeout, IReadOnlyDictionary<string, string> LogLevels)
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(30);

    private static readonly JsonDocumentOptions Lenient = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    /// <summary>Reads host.json from the first folder that has one.</summary>
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

    /// <summary>Applies the settings <c>AzureFunctionsJobHost__…</c>.</summary>
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

    /// <summary>Whether requests are logged: the level of <c>Function</c>, else of <c>default</c>, is Information or lower.</summary>
    public bool LogsRequests =>
        !Enum.TryParse<RpcLog.Types.Level>(
            LogLevels.GetValueOrDefault("Function") ?? LogLevels.GetValueOrDefault("default"), ignoreCase: true, out var level)
        || level <= RpcLog.Types.Level.Information;

    private static string? Override(IReadOnlyDictionary<string, string> settings, string name) =>
        settings.GetValueOrDefault($"AzureFunctionsJobHost__{name}")
        ?? settings.GetValueOrDefault($"AzureFunctionsJobHost:{name.Replace("__", ":", StringComparison.Ordinal)}");

    private static TimeSpan? Timeout(string? text) => text switch
    {
        null => DefaultTimeout,
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
