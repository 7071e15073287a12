using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Smplat.LocalHost.Configuration;

/// <summary>The parts of host.json that the local host follows.</summary>
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
    public static HostJson Find(IEnumerable<string> folders)
    {
        var path = folders.Select(folder => Path.Combine(folder, "host.json")).FirstOrDefault(File.Exists)
            ?? throw new LocalStartException("host.json is neither in the output folder nor in the checkout.");
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
    public HostJson With(IConfiguration configuration)
    {
        var overrides = configuration.GetSection("AzureFunctionsJobHost");
        try
        {
            return this with
            {
                RoutePrefix = overrides["extensions:http:routePrefix"] ?? RoutePrefix,
                FunctionTimeout = overrides["functionTimeout"] is { Length: > 0 } text
                    ? Timeout(text)
                    : FunctionTimeout,
            };
        }
        catch (FormatException problem)
        {
            throw new LocalStartException($"AzureFunctionsJobHost__functionTimeout: {problem.Message}", problem);
        }
    }

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
