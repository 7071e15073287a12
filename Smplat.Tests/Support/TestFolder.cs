using System.Diagnostics;
using System.Globalization;
using Smplat.LocalHost;
using Smplat.LocalHost.LocalServices;

namespace Smplat.Tests.Support;

/// <summary>Throwaway folders that name their owner, so that a later run can clear those of a killed one.</summary>
public static class TestFolder
{
    private const string Prefix = "smplat-test-";

    /// <summary>A new folder that the account may enter and own.</summary>
    public static async Task<string> CreateAsync(ServerAccount account)
    {
        string[] places = [Path.GetTempPath(), "/tmp", "/var/tmp"];
        foreach (var place in places.Where(Directory.Exists))
        {
            var folder = Path.Combine(place, $"{Prefix}{Environment.ProcessId}-{Path.GetRandomFileName()}");
            Directory.CreateDirectory(folder);
            await account.GiveAsync(folder, CancellationToken.None);
            if (await account.CanEnterAsync(folder, CancellationToken.None))
            {
                return folder;
            }

            Directory.Delete(folder);
        }

        throw new LocalStartException($"No temporary folder lets the account {account.Name} in.");
    }

    /// <summary>Clears what test processes left that are gone without having cleared it themselves.</summary>
    public static async Task SweepAsync(PostgresInstallation installation, ServerAccount account)
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            var owner = Path.GetFileName(folder)[Prefix.Length..].Split('-')[0];
            if (int.TryParse(owner, CultureInfo.InvariantCulture, out var pid) && !IsAlive(pid))
            {
                await RemoveAsync(folder, installation, account);
            }
        }
    }

    private static async Task RemoveAsync(string folder, PostgresInstallation installation, ServerAccount account)
    {
        try
        {
            foreach (var cluster in Directory.EnumerateDirectories(folder))
            {
                var server = new PostgresServer(installation, account, new(cluster), PostgresTuning.Throwaway);
                await server.StopAtOnceAsync(CancellationToken.None);
            }

            Directory.Delete(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or LocalStartException)
        {
            // Somebody else's, or being cleared by another run at this moment.
        }
    }

    private static bool IsAlive(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
