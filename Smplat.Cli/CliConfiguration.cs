using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Smplat.Cli;

/// <summary>Where a command's settings come from, the strongest last.</summary>
public static class CliConfiguration
{
    private const string Database = "SMPLAT_DATABASE";

    /// <param name="database">The connection string of the command line; null when none was given.</param>
    public static IConfiguration Build(string? database)
    {
        var builder = new ConfigurationBuilder();
        if (ReadRunningApp(Directory.GetCurrentDirectory()) is { } running)
        {
            builder.AddInMemoryCollection(running);
        }

        builder.AddEnvironmentVariables();
        if (database is not null)
        {
            builder.AddInMemoryCollection([new(Database, database)]);
        }

        return builder.Build();
    }

    /// <summary>Finds <c>.local/environment.json</c> here or in a folder above.</summary>
    public static IReadOnlyDictionary<string, string?>? ReadRunningApp(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, ".local", "environment.json");
            if (File.Exists(file))
            {
                return Read(file);
            }
        }

        return null;
    }

    private static Dictionary<string, string?>? Read(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            // Only a local run writes the file, so the command is a local one as well, unless the environment says otherwise.
            var settings = new Dictionary<string, string?> { ["SMPLAT_ENVIRONMENT"] = "local" };
            Take(document.RootElement, "database", Database, settings);
            Take(document.RootElement, "storage", "AzureWebJobsStorage", settings);
            Take(document.RootElement, "url", "API_BASE_URL", settings);
            return settings;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static void Take(JsonElement source, string member, string setting, Dictionary<string, string?> settings)
    {
        if (source.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String)
        {
            settings[setting] = value.GetString();
        }
    }
}
