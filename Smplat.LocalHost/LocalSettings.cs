using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Smplat.LocalHost;

/// <summary>
/// The app settings of a local run. Later sources override earlier ones: <c>SMPLAT_ENVIRONMENT=local</c>, the settings file,
/// non-empty environment variables, the command line. The file is local.settings.json in the checkout or, if there is none
/// and the run is local, the sample. <c>SMPLAT_LOCAL_SETTINGS</c> selects the file: <c>own</c> (default), <c>sample</c> or
/// <c>none</c>.
/// </summary>
/// <param name="root">The checkout.</param>
/// <param name="args">The command line: <c>--NAME=value</c>.</param>
public sealed class LocalSettings(string root, string[] args)
{
    private const string FileSetting = "SMPLAT_LOCAL_SETTINGS";
    private const string OwnFile = "local.settings.json";
    private const string SampleFile = "local.settings.sample.json";

    private static readonly string[] EnvironmentNames = ["SMPLAT_ENVIRONMENT", "ENVIRONMENT", "LOOPGPT_ENV"];

    private static readonly JsonDocumentOptions Lenient = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    /// <summary>Reads all sources.</summary>
    /// <exception cref="LocalStartException">The file is not valid JSON, or an argument is not a setting.</exception>
    public IReadOnlyDictionary<string, string> Read()
    {
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var given = Given();
        var file = ReadFile(given);
        if (!EnvironmentNames.Any(name => HasValue(file, name) || HasValue(given, name)))
        {
            settings["SMPLAT_ENVIRONMENT"] = "local";
        }

        foreach (var (name, value) in file.Concat(given))
        {
            settings[name] = value;
        }

        return settings;
    }

    /// <summary>
    /// Reads all sources, with the settings that a run has found out. Those win, except over a mock switch that the environment
    /// or the command line sets: so the emergency can be rehearsed with fake vendors.
    /// </summary>
    public Dictionary<string, string> ReadWith(IReadOnlyDictionary<string, string> found)
    {
        var settings = new Dictionary<string, string>(Read(), StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in found)
        {
            settings[name] = ChosenMockSwitch(name) ?? value;
        }

        return settings;
    }

    /// <summary>A provider's mock switch as the environment or the command line sets it; null when they do not.</summary>
    public string? ChosenMockSwitch(string name) =>
        name.StartsWith("LOOPGPT_", StringComparison.OrdinalIgnoreCase) && name.EndsWith("_MOCK", StringComparison.OrdinalIgnoreCase)
            && Given().GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    /// <summary>
    /// Calls back when a settings file of the checkout changes. Editors write in several steps, so it waits until the file has
    /// not changed for a moment.
    /// </summary>
    public IDisposable Watch(Action changed) => new FileWatch(root, changed);

    private Dictionary<string, string> Given()
    {
        var given = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (variable.Value is string { Length: > 0 } value)
            {
                given[(string)variable.Key] = value;
            }
        }

        if (args.FirstOrDefault(arg => !arg.StartsWith("--", StringComparison.Ordinal) || !arg.Contains('=', StringComparison.Ordinal)) is { } odd)
        {
            throw new LocalStartException($"\"{odd}\" is not a setting; use --NAME=value.");
        }

        foreach (var (name, value) in new ConfigurationBuilder().AddCommandLine(args).Build().AsEnumerable())
        {
            if (value is not null)
            {
                given[name.Replace(":", "__", StringComparison.Ordinal)] = value;
            }
        }

        return given;
    }

    private Dictionary<string, string> ReadFile(Dictionary<string, string> given)
    {
        var own = Path.Combine(root, OwnFile);
        var sample = Path.Combine(root, SampleFile);
        var isLocal = EnvironmentNames.Select(name => given.GetValueOrDefault(name)).FirstOrDefault(value => !string.IsNullOrEmpty(value))
            is null or "local" or "LOCAL" or "Local";
        string[] candidates = given.GetValueOrDefault(FileSetting)?.ToLowerInvariant() switch
        {
            null or "" or "own" => isLocal ? [own, sample] : [own],
            "sample" => [sample],
            "none" => [],
            var text => throw new LocalStartException($"{FileSetting} must be own, sample or none, not \"{text}\"."),
        };
        return candidates.FirstOrDefault(File.Exists) is { } path ? ReadValues(path) : new(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The <c>Values</c> of a settings file.</summary>
    /// <exception cref="LocalStartException">The file cannot be read, or a value is an object or array.</exception>
    public static Dictionary<string, string> ReadValues(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path), Lenient);
            return document.RootElement.TryGetProperty("Values", out var members)
                ? members.EnumerateObject().ToDictionary(member => member.Name, Text, StringComparer.OrdinalIgnoreCase)
                : new(StringComparer.OrdinalIgnoreCase);
        }
        catch (Exception problem) when (problem is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException or ArgumentException)
        {
            throw new LocalStartException($"{path} cannot be used: {problem.Message}", problem);
        }
    }

    private static string Text(JsonProperty member) => member.Value.ValueKind switch
    {
        JsonValueKind.String => member.Value.GetString()!,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => member.Value.GetRawText(),
        JsonValueKind.Null => "",
        _ => throw new JsonException($"{member.Name} must be a string, number or boolean."),
    };

    /// <summary>Whether the settings are those of a local run.</summary>
    public static bool IsLocal(IReadOnlyDictionary<string, string> settings) =>
        EnvironmentNames.Select(name => settings.GetValueOrDefault(name)).FirstOrDefault(value => !string.IsNullOrWhiteSpace(value))
            ?.Trim().Equals("local", StringComparison.OrdinalIgnoreCase) == true;

    private static bool HasValue(Dictionary<string, string> values, string name) => !string.IsNullOrWhiteSpace(values.GetValueOrDefault(name));

    private sealed class FileWatch : IDisposable
    {
        private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(200);

        private readonly FileSystemWatcher _watcher;
        private readonly Timer _settled;

        public FileWatch(string folder, Action changed)
        {
            _settled = new Timer(_ => changed());
            // Only the folder itself: below it lie node_modules and the database.
            _watcher = new FileSystemWatcher(folder, "local.settings*.json") { IncludeSubdirectories = false };
            _watcher.Changed += Touch;
            _watcher.Created += Touch;
            _watcher.Deleted += Touch;
            _watcher.Renamed += Touch;
            _watcher.EnableRaisingEvents = true;
        }

        public void Dispose()
        {
            _watcher.Dispose();
            _settled.Dispose();
        }

        private void Touch(object sender, FileSystemEventArgs change) => _settled.Change(Settle, Timeout.InfiniteTimeSpan);
    }
}

/// <summary>The settings of the development host itself; nothing reads them on the platform.</summary>
/// <param name="Port">SMPLAT_PORT: port of the HTTP functions, 7071 by default, 0 for any free port.</param>
/// <param name="BindAddress">SMPLAT_BIND_ADDRESS: address to listen on; null (default) for the loopback addresses.</param>
/// <param name="HasTimers">SMPLAT_LOCAL_TIMERS: run timer functions on their schedules; on by default.</param>
/// <param name="HasServices">SMPLAT_LOCAL_SERVICES: start Postgres and Azurite where none is configured; on by default.</param>
/// <param name="HasFakeVendors">SMPLAT_FAKE_VENDORS: start fake vendors and point the app at them; off by default.</param>
/// <param name="Folder">SMPLAT_LOCAL_FOLDER: folder for the data of local runs; .local in the checkout by default. A relative path starts at the checkout.</param>
/// <param name="StopGrace">SMPLAT_LOCAL_STOP_GRACE_SECONDS: how long running functions may take to finish after a stop, 10 by default.</param>
/// <param name="TimeZone">WEBSITE_TIME_ZONE, else TZ: time zone of the schedules, UTC by default.</param>
internal sealed record HostSettings(
    int Port, IPAddress? BindAddress, bool HasTimers, bool HasServices, bool HasFakeVendors, string Folder, TimeSpan StopGrace, TimeZoneInfo TimeZone)
{
    /// <exception cref="LocalStartException">A value is invalid; the message names the setting.</exception>
    public static HostSettings Read(IReadOnlyDictionary<string, string> settings, string root) => new(
        Number(settings, "SMPLAT_PORT", 7071, 0, 65535),
        Address(settings),
        Switch(settings, "SMPLAT_LOCAL_TIMERS", true),
        Switch(settings, "SMPLAT_LOCAL_SERVICES", true),
        Switch(settings, "SMPLAT_FAKE_VENDORS", false),
        Path.GetFullPath(settings.GetValueOrDefault("SMPLAT_LOCAL_FOLDER") is { } folder && !string.IsNullOrWhiteSpace(folder) ? folder.Trim() : ".local", Path.GetFullPath(root)),
        TimeSpan.FromSeconds(Number(settings, "SMPLAT_LOCAL_STOP_GRACE_SECONDS", 10, 0, 600)),
        Zone(settings));

    private static IPAddress? Address(IReadOnlyDictionary<string, string> settings) => settings.GetValueOrDefault("SMPLAT_BIND_ADDRESS") switch
    {
        null or "" or "localhost" => null,
        var text when IPAddress.TryParse(text, out var address) => address,
        var text => throw new LocalStartException($"SMPLAT_BIND_ADDRESS must be an IP address, not \"{text}\"."),
    };

    private static TimeZoneInfo Zone(IReadOnlyDictionary<string, string> settings)
    {
        var name = settings.GetValueOrDefault("WEBSITE_TIME_ZONE") is { Length: > 0 } zone ? zone : settings.GetValueOrDefault("TZ");
        if (string.IsNullOrWhiteSpace(name))
        {
            return TimeZoneInfo.Utc;
        }

        return TimeZoneInfo.TryFindSystemTimeZoneById(name.TrimStart(':'), out var found)
            ? found
            : throw new LocalStartException($"WEBSITE_TIME_ZONE or TZ has an unknown time zone: \"{name}\".");
    }

    private static bool Switch(IReadOnlyDictionary<string, string> settings, string name, bool fallback) =>
        settings.GetValueOrDefault(name)?.Trim().ToLowerInvariant() switch
        {
            null or "" => fallback,
            "true" or "1" or "yes" => true,
            "false" or "0" or "no" => false,
            var text => throw new LocalStartException($"{name} must be true or false, not \"{text}\"."),
        };

    private static int Number(IReadOnlyDictionary<string, string> settings, string name, int fallback, int min, int max)
    {
        var text = settings.GetValueOrDefault(name);
        if (string.IsNullOrWhiteSpace(text))
        {
            return fallback;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw new LocalStartException($"{name} must be a whole number from {min} to {max}, not \"{text}\".");
    }
}
