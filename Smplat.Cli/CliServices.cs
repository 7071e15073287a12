using System.CommandLine;
using System.Text.Json;
using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Notifications;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;

namespace Smplat.Cli;

/// <summary>The services of one command: Core's operations on the configured database.</summary>
public static class CliServices
{
    /// <param name="add">Adds the features that the command needs beyond database, counters, jobs and outbox.</param>
    public static ServiceProvider Create(ParseResult parsed, Action<IServiceCollection>? add = null) =>
        Create(parsed.GetValue(GlobalOptions.Database), add);

    /// <param name="database">The connection string; null takes the configured one.</param>
    /// <param name="add">Adds the features that the command needs beyond database, counters, jobs and outbox.</param>
    public static ServiceProvider Create(string? database, Action<IServiceCollection>? add = null)
    {
        var configuration = CliConfiguration.Build(database);
        var services = new ServiceCollection();
        services.AddSingleton(configuration);
        services.AddSingleton(TimeProvider.System);

        // Standard output is reserved for the command's result.
        services.AddLogging(logging => logging
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .SetMinimumLevel(LogLevel.Warning));
        services.AddDatabase().AddObservability().AddJobs().AddNotifications();
        services.AddSingleton(provider => Connect(provider, configuration));
        add?.Invoke(services);
        return services.BuildServiceProvider();
    }

    /// <exception cref="UsageException">No database is configured; a clearer message than a refused connection.</exception>
    private static NpgsqlDataSource Connect(IServiceProvider services, IConfiguration configuration)
    {
        var options = services.GetRequiredService<IOptionsMonitor<DatabaseOptions>>().CurrentValue;
        return options.ConnectionString is not null || configuration["SMPLAT_DATABASE"] is not null
            ? SmplatDataSource.Create(options, services.GetRequiredService<ILoggerFactory>(), new(new OperatorTokens(), TimeProvider.System))
            : throw new UsageException("No database is configured: pass --database, set SMPLAT_DATABASE, or start the app from this checkout.");
    }
}

/// <summary>
/// Where a command's settings come from: the command line, then the environment, then the file that an app running from this
/// checkout writes.
/// </summary>
public static class CliConfiguration
{
    private const string Database = "SMPLAT_DATABASE";
    private const string LocalFolder = "SMPLAT_LOCAL_FOLDER";

    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <param name="database">The connection string from the command line; null when none was given.</param>
    public static IConfiguration Build(string? database)
    {
        var builder = new ConfigurationBuilder();
        var folder = new ConfigurationBuilder().AddEnvironmentVariables().Build()[LocalFolder];
        if (ReadRunningApp(Directory.GetCurrentDirectory(), folder) is { } running)
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

    /// <summary>
    /// Finds environment.json of the app that runs from the checkout around a folder: in the folder that SMPLAT_LOCAL_FOLDER
    /// or the checkout's local.settings.json names, else in <c>.local</c>.
    /// </summary>
    /// <param name="named">SMPLAT_LOCAL_FOLDER of the environment, which wins; a relative path starts at the checkout.</param>
    public static IReadOnlyDictionary<string, string?>? ReadRunningApp(string start, string? named = null)
    {
        for (var checkout = new DirectoryInfo(start); checkout is not null; checkout = checkout.Parent)
        {
            var local = string.IsNullOrWhiteSpace(named) ? NamedIn(checkout) ?? ".local" : named.Trim();
            var file = Path.Combine(checkout.FullName, local, "environment.json");
            if (File.Exists(file))
            {
                return Read(file);
            }
        }

        return null;
    }

    private static string? NamedIn(DirectoryInfo checkout)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(checkout.FullName, "local.settings.json")), Lenient);
            return document.RootElement.TryGetProperty("Values", out var values)
                && values.TryGetProperty(LocalFolder, out var folder) && folder.GetString() is { } text && !string.IsNullOrWhiteSpace(text)
                ? text.Trim()
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static Dictionary<string, string?>? Read(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            // Only a local run writes this file, so the command is local too, unless the environment says otherwise.
            var settings = new Dictionary<string, string?> { ["SMPLAT_ENVIRONMENT"] = "local" };
            Copy(document.RootElement, "database", Database, settings);
            Copy(document.RootElement, "storage", "AzureWebJobsStorage", settings);
            Copy(document.RootElement, "url", "API_BASE_URL", settings);
            if (document.RootElement.TryGetProperty("webhook_secrets", out var secrets) && secrets.ValueKind == JsonValueKind.Object)
            {
                foreach (var secret in secrets.EnumerateObject())
                {
                    Copy(secrets, secret.Name, secret.Name, settings);
                }
            }

            return settings;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static void Copy(JsonElement source, string member, string setting, Dictionary<string, string?> settings)
    {
        if (source.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String)
        {
            settings[setting] = value.GetString();
        }
    }
}

/// <summary>Postgres tokens from the operator's own login (<c>az login</c>), else from the machine's managed identity.</summary>
internal sealed class OperatorTokens : IDatabaseTokenSource
{
    private static readonly TokenRequestContext Postgres = new(["https://ossrdbms-aad.database.windows.net/.default"]);

    private readonly ChainedTokenCredential _credential = new(
        new AzureCliCredential(), new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned));

    public async Task<DatabaseToken> FetchAsync(CancellationToken cancellationToken)
    {
        var token = await _credential.GetTokenAsync(Postgres, cancellationToken);
        return new(token.Token, token.ExpiresOn);
    }
}
