using System.Globalization;
using System.Text.Json;
using Smplat.LocalHost.Hosting.Rpc;

namespace Smplat.LocalHost.Hosting;

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
