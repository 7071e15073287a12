using System.Globalization;
using Microsoft.Extensions.Configuration;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost.LocalServices;

/// <summary>
/// The services of one local run: starts the Postgres and the storage service that the settings do not name, prevents a
/// second run of the checkout, and stops everything at the end.
/// </summary>
/// <param name="root">The checkout, or the program's folder for a published app.</param>
public sealed class LocalRun(string root, TimeProvider clock) : IAsyncDisposable
{
    private FileLock? _lock;
    private LocalPlan? _plan;
    private IConfiguration? _configuration;
    private Dictionary<string, string> _settings = [];
    private PostgresServer? _postgres;
    private AzuriteServer? _azurite;

    /// <summary>
    /// Starts what the configuration does not name and returns the settings that point the app to it. After a failure,
    /// <see cref="StopAsync"/> stops what was already started.
    /// </summary>
    /// <exception cref="LocalStartException">Something is missing or does not start; the message says what to do.</exception>
    public async Task<IReadOnlyDictionary<string, string>> StartAsync(
        IConfiguration configuration, IStartupConsole console, CancellationToken cancellationToken)
    {
        _configuration = configuration;
        _plan = LocalPlan.Read(configuration, root);
        _lock = RunLock.Take(_plan.Checkout);
        RunningApp.Remove(_plan.Checkout.Local);

        // In parallel: each takes a second or two, and they are independent.
        var database = _plan.NeedsDatabase ? StartPostgresAsync(_plan, console, cancellationToken) : Task.FromResult<string?>(null);
        var storage = StartAzuriteAsync(_plan, console, cancellationToken);
        await Task.WhenAll(database, storage);

        _settings = [];
        Add(LocalSettingNames.Database, await database);
        Add(LocalSettingNames.Storage, await storage);
        return _settings;
    }

    /// <summary>Writes the app's address for other processes of this checkout: the command line and a second start.</summary>
    /// <param name="webhookSecrets">By setting: secrets with which a sample webhook is signed.</param>
    public void Announce(Uri address, IReadOnlyDictionary<string, string>? webhookSecrets = null)
    {
        if (_plan is not null)
        {
            var app = new RunningApp(
                Environment.ProcessId,
                address.GetLeftPart(UriPartial.Authority),
                Effective(LocalSettingNames.Database) ?? Effective(LocalSettingNames.DatabaseAlias) ?? "",
                Effective(LocalSettingNames.Storage),
                clock.GetUtcNow())
            {
                WebhookSecrets = webhookSecrets ?? new Dictionary<string, string>(),
            };
            app.Write(_plan.Checkout.Local);
        }
    }

    /// <param name="console">Told what stops and how long it took.</param>
    public async Task StopAsync(IStartupConsole? console = null)
    {
        if (_plan is null || _lock is null)
        {
            return;
        }

        RunningApp.Remove(_plan.Checkout.Local);
        if (_azurite is not null)
        {
            using var step = console?.Step("Azurite", "stopped");
            await _azurite.StopAsync();
        }

        if (_postgres is not null)
        {
            using var step = console?.Step("Postgres", "stopped");
            await _postgres.StopAsync(CancellationToken.None);
        }

        _lock.Dispose();
        _lock = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task<string?> StartPostgresAsync(LocalPlan plan, IStartupConsole console, CancellationToken cancellationToken)
    {
        using var step = console.Step("Postgres");
        try
        {
            var tools = new LocalTools(plan.Checkout, plan.SearchPath, step.Note);
            _postgres = await new LocalPostgres(tools, step).PrepareAsync(plan.Choice, cancellationToken);
            await _postgres.StartAsync(plan.PostgresPort, cancellationToken);
            step.Note($"{_postgres}");
            if (await new LocalDatabaseStore(_postgres.ConnectionString("postgres")).EnsureAsync(cancellationToken))
            {
                step.Note("Created the database smplat; the app fills it with its tables and sample data");
            }

            return _postgres.ConnectionString("smplat");
        }
        catch (Exception exception)
        {
            step.Fail(exception.Message);
            throw;
        }
    }

    /// <returns>Null keeps the setting, empty unsets it: the app works without tables, but its caches are not shared.</returns>
    private async Task<string?> StartAzuriteAsync(LocalPlan plan, IStartupConsole console, CancellationToken cancellationToken)
    {
        var isOurs = plan.Storage is null
            || (plan.UsesDevelopmentStorage
                && !await AzuriteServer.IsListeningAsync(LocalPlan.DevelopmentTablePort, cancellationToken));
        if (!isOurs)
        {
            return null;
        }

        using var step = console.Step("Azurite (tables and blobs)");
        try
        {
            var tools = new LocalTools(plan.Checkout, plan.SearchPath, step.Note);
            if (await tools.FindNodeModulesAsync(cancellationToken) is not { } npm)
            {
                throw new LocalStartException($"Node.js is missing. {NodeTools.InstallHint}");
            }

            var data = Path.Combine(plan.Checkout.Local, "azurite");
            Directory.CreateDirectory(data);
            _azurite = new(npm.Tools, npm.Modules, plan.SearchPath, data);
            await _azurite.StartAsync(cancellationToken);
            return _azurite.ConnectionString;
        }
        catch (LocalStartException exception)
        {
            step.Fail($"{exception.Message} The app runs without it; quotes are cached in memory only.");
            return "";
        }
    }

    private void Add(string name, string? value)
    {
        if (value is not null)
        {
            _settings[name] = value;
        }
    }

    private string? Effective(string name)
    {
        var value = _settings.GetValueOrDefault(name) ?? _configuration?[name];
        return string.IsNullOrWhiteSpace(value) ? null : value;
    }
}

/// <summary>What a local run has to start itself, according to the settings.</summary>
/// <param name="Checkout">The folder with its tools and its data.</param>
/// <param name="NeedsDatabase">Whether no database is configured.</param>
/// <param name="Storage">The storage setting, or null.</param>
/// <param name="Choice">Which Postgres to start.</param>
/// <param name="PostgresPort">Null for any free port.</param>
internal sealed record LocalPlan(
    CheckoutFolder Checkout,
    SearchPath SearchPath,
    bool NeedsDatabase,
    string? Storage,
    PostgresChoice Choice,
    int? PostgresPort)
{
    /// <summary>The table service port that UseDevelopmentStorage means.</summary>
    public const int DevelopmentTablePort = 10002;

    public bool UsesDevelopmentStorage =>
        Storage?.Replace(" ", "", StringComparison.Ordinal)
            .TrimEnd(';').Equals("UseDevelopmentStorage=true", StringComparison.OrdinalIgnoreCase) == true;

    /// <exception cref="LocalStartException">A setting has an invalid value.</exception>
    public static LocalPlan Read(IConfiguration configuration, string root)
    {
        var folder = Text(configuration, LocalSettingNames.Folder);
        return new(
            folder is null ? new(root) : new(root, Path.GetFullPath(folder, Path.GetFullPath(root))),
            new(configuration["PATH"]),
            (Text(configuration, LocalSettingNames.Database) ?? Text(configuration, LocalSettingNames.DatabaseAlias)) is null,
            Text(configuration, LocalSettingNames.Storage),
            ReadChoice(Text(configuration, LocalSettingNames.Postgres)),
            ReadPort(Text(configuration, LocalSettingNames.PostgresPort)));
    }

    private static string? Text(IConfiguration configuration, string name) =>
        configuration[name] is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    private static PostgresChoice ReadChoice(string? text) => text?.ToLowerInvariant() switch
    {
        null or "either" => PostgresChoice.Either,
        "system" => PostgresChoice.System,
        "embedded" => PostgresChoice.Embedded,
        _ => throw new LocalStartException($"{LocalSettingNames.Postgres} must be system, embedded or either, not \"{text}\"."),
    };

    private static int? ReadPort(string? text)
    {
        if (text is null)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port
            : throw new LocalStartException(
                $"{LocalSettingNames.PostgresPort} must be a port from 1 to 65535, not \"{text}\".");
    }
}

/// <summary>The settings for local services. Only a local run reads them.</summary>
internal static class LocalSettingNames
{
    public const string Database = "SMPLAT_DATABASE";

    public const string DatabaseAlias = "DATABASE_URL";

    public const string Storage = "AzureWebJobsStorage";

    /// <summary>A folder other than .local in the checkout; a run with its own folder can run next to the first one.</summary>
    public const string Folder = "SMPLAT_LOCAL_FOLDER";

    /// <summary>system, embedded or either (the default).</summary>
    public const string Postgres = "SMPLAT_LOCAL_POSTGRES";

    /// <summary>Any free port unless set.</summary>
    public const string PostgresPort = "SMPLAT_LOCAL_POSTGRES_PORT";
}
