using System.Text.Json;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost.LocalServices;

/// <summary>A checkout of the repository, and the folder for what local runs keep.</summary>
/// <param name="Path">Holds package.json, its lock file and node_modules.</param>
/// <param name="Local">Kept between runs and ignored by git; deleting it starts afresh.</param>
public sealed record CheckoutFolder(string Path, string Local)
{
    public CheckoutFolder(string path)
        : this(path, System.IO.Path.Combine(path, ".local"))
    {
    }

    /// <summary>Where two processes that use the same node_modules meet.</summary>
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
            throw new LocalStartException($"The folder {Local} cannot be made: {exception.Message}", exception);
        }
    }
}

/// <summary>Lets one app at a time run on a local folder. A killed app holds it no longer.</summary>
internal static class RunLock
{
    /// <exception cref="LocalStartException">Another app runs; the message names its process and its address.</exception>
    public static FileLock Take(CheckoutFolder checkout) =>
        FileLock.TryTake(Path.Combine(checkout.CreateLocal(), "run.lock")) ?? throw Refusal(checkout);

    private static LocalStartException Refusal(CheckoutFolder checkout)
    {
        var who = RunningApp.Read(checkout.Local) is { } app
            ? $"The app already runs from this checkout: process {app.Pid}, {app.Url}."
            : "The app is already being started from this checkout.";
        return new(
            $"{who} Stop it first. For a second one beside it, with data of its own, set " +
            $"{LocalSettingNames.Folder} to another folder and SMPLAT_PORT to another port.");
    }
}

/// <summary>
/// What a running app tells other processes of its checkout, in the file environment.json. It holds the database
/// password, so only this user may read it.
/// </summary>
/// <param name="Database">Npgsql connection string.</param>
/// <param name="Storage">Connection string of the table service, or null when there is none.</param>
public sealed record RunningApp(int Pid, string Url, string Database, string? Storage, DateTimeOffset StartedAt)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string FileIn(string localFolder) => Path.Combine(localFolder, "environment.json");

    public void Write(string localFolder) => PrivateFile.Write(FileIn(localFolder), JsonSerializer.Serialize(this, Json));

    /// <returns>Null when there is no readable file. Whether the app still runs is not looked at.</returns>
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
