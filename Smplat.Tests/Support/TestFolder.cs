using System.Diagnostics;
using System.Globalization;
using Smplat.LocalHost;
using Smplat.LocalHost.LocalServices;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.Tests.Support;

/// <summary>
/// A throwaway folder that may hold database servers. It goes when it is disposed and when the test process ends, however
/// that happens; its name tells its owner, so that a later run can clear what was left all the same.
/// </summary>
public sealed class TestFolder : IDisposable
{
    private const string Prefix = "smplat-test-";

    /// <summary>Ends the servers below $1, then removes it; their last processes write for a moment longer.</summary>
    private const string Remove =
        "find \"$1\" -name postmaster.pid | while IFS= read -r file; do kill -QUIT \"$(head -n 1 \"$file\")\"; done; " +
        "for i in 1 2 3 4 5 6 7 8 9 10; do rm -rf \"$1\" && break; sleep 0.3; done";

    private readonly ExitCleanup _leash;

    private TestFolder(string path) => (Path, _leash) = (path, ExitCleanup.Start(Remove, path));

    public string Path { get; }

    /// <summary>A new folder that the account can reach and that belongs to it.</summary>
    public static async Task<TestFolder> CreateAsync(ServerAccount account)
    {
        await SweepAsync();
        string[] places = [System.IO.Path.GetTempPath(), "/tmp", "/var/tmp"];
        foreach (var place in places.Where(Directory.Exists))
        {
            var path = NewPath(place);
            Directory.CreateDirectory(path);
            await account.GiveAsync(path, CancellationToken.None);
            if (await account.CanEnterAsync(path, CancellationToken.None))
            {
                return new(path);
            }

            Directory.Delete(path);
        }

        throw new LocalStartException($"No temporary folder lets the account {account.Name} in.");
    }

    /// <summary>A new folder of this user's, with these permissions where there are any.</summary>
    public static TestFolder Create(UnixFileMode mode)
    {
        var path = NewPath(System.IO.Path.GetTempPath());
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, mode);
        }

        return new(path);
    }

    public void Dispose() => _leash.Dispose();

    private static string NewPath(string place) =>
        System.IO.Path.Combine(place, $"{Prefix}{Environment.ProcessId}-{System.IO.Path.GetRandomFileName()}");

    /// <summary>Clears what test processes left that are gone, such as those of a machine that was switched off.</summary>
    private static async Task SweepAsync()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        foreach (var folder in Directory.EnumerateDirectories(System.IO.Path.GetTempPath(), Prefix + "*"))
        {
            var owner = System.IO.Path.GetFileName(folder)[Prefix.Length..].Split('-')[0];
            if (int.TryParse(owner, CultureInfo.InvariantCulture, out var pid) && !IsAlive(pid))
            {
                await LocalCommand.RunAsync(
                    new("/bin/sh", ["-c", Remove, "sweep", folder]), TimeSpan.FromSeconds(30), CancellationToken.None);
            }
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
