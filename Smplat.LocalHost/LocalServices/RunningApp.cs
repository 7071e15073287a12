using System.Text.Json;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost.LocalServices;

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
