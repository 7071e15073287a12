using System.Text.Json;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost.LocalServices;

/// <summary>A checkout of the repository, and the folder for the data of local runs.</summary>
/// <param name="Path">Has package.json, its lock file and node_modules.</param>
/// <param name="Local">Kept between runs and ignored by git; delete it to start over.</param>
public sealed record CheckoutFolder(string Path, string Local)
{
    public CheckoutFolder(string path)
        : this(path, System.IO.Path.Combine(path, ".local"))
    {
    }

    /// <summary>Lock file for processes that use the same node_modules.</summary>
    public string NpmLock => System.IO.Path.Combine(Path, ".local", "npm.lock");

    /// <exception cref="LocalStartException">The folder cannot be written.</exception>
    public string CreateLocal()
    {
        try
        {
            Directory.CreateDirectory(Local);
            return Local;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LocalStartException($"The folder {Local} cannot be created: {exception.Message}", exception);
        }
    }
}

/// <summary>Allows one app at a time per local folder. The lock of a killed app is released.</summary>
internal static class RunLock
{
    /// <exception cref="LocalStartException">Another app is running; the message has its process id and address.</exception>
    public static FileLock Take(CheckoutFolder checkout) =>
        FileLock.TryTake(Path.Combine(checkout.CreateLocal(), "run.lock")) ?? throw Refusal(checkout);

    private static LocalStartException Refusal(CheckoutFolder checkout)
    {
        var reason = RunningApp.Read(checkout.Local) is { } app
            ? $"The app is already running from this checkout: process {app.Pid}, {app.Url}."
            : "The app is already being started from this checkout.";
        return new(
            $"{reason} Stop it first. To run a second one with its own data, set " +
            $"{LocalSettingNames.Folder} to another folder and SMPLAT_PORT to another port.");
    }
}

/// <summary>
/// What other processes of the checkout can read about a running app, in the file environment.json. It contains the database
/// password, so only this user may read it.
/// </summary>
/// <param name="Database">Npgsql connection string.</param>
/// <param name="Storage">Connection string of the storage service, or null.</param>
public sealed record RunningApp(int Pid, string Url, string Database, string? Storage, DateTimeOffset StartedAt)
{
    /// <summary>By setting: secrets with which a sample webhook is signed.</summary>
    public IReadOnlyDictionary<string, string> WebhookSecrets { get; init; } = new Dictionary<string, string>();

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string FileIn(string localFolder) => Path.Combine(localFolder, "environment.json");

    public void Write(string localFolder) => OwnerOnlyFile.Write(FileIn(localFolder), JsonSerializer.Serialize(this, Json));

    /// <returns>Null when there is no readable file. Does not check that the app is still running.</returns>
    public static RunningApp? Read(string localFolder)
    {
        try
        {
            return JsonSerializer.Deserialize<RunningApp>(File.ReadAllText(FileIn(localFolder)), Json);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public static void Remove(string localFolder) => File.Delete(FileIn(localFolder));
}
