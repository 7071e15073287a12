using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost.LocalServices.Postgres;

/// <summary>A folder of ours that holds one database cluster, its log and the password of its only user.</summary>
public sealed class PostgresFolder(string path)
{
    public const string User = "smplat";

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string Data => System.IO.Path.Combine(Path, "data");

    public string Log => System.IO.Path.Combine(Path, "server.log");

    private string PasswordFile => System.IO.Path.Combine(Path, "password");

    private string PostmasterPid => System.IO.Path.Combine(Data, "postmaster.pid");

    /// <summary>Written last by initdb, so that a broken first start is not taken for a cluster.</summary>
    public bool IsInitialised => File.Exists(System.IO.Path.Combine(Path, "ready"));

    public string ReadPassword() => File.ReadAllText(PasswordFile).Trim();

    /// <summary>Makes an empty folder, or empties the one that a broken first start left.</summary>
    public async Task CreateAsync(ServerAccount account, CancellationToken cancellationToken)
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }

        Directory.CreateDirectory(Path);
        var password = RandomNumberGenerator.GetHexString(32, lowercase: true);
        PrivateFile.Write(PasswordFile, password);
        await account.GiveAsync(Path, cancellationToken);
    }

    public async Task InitialiseAsync(
        PostgresInstallation installation, ServerAccount account, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "-D", Data, "-U", User, "-A", "scram-sha-256", $"--pwfile={PasswordFile}", "-E", "UTF8", "--locale=C", "--no-sync",
        ];
        var result = await LocalCommand.RunAsync(
            account.Command(installation.Program("initdb"), arguments), TimeSpan.FromMinutes(2), cancellationToken);
        result.ThrowIfFailed($"Making a database folder at {Data}");
        await File.WriteAllTextAsync(
            System.IO.Path.Combine(Path, "ready"), installation.ToString(), cancellationToken);
    }

    /// <returns>The postmaster that serves this folder, or null. A lock file whose process is gone, or is another program, counts as none.</returns>
    public RunningPostmaster? FindRunning()
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(PostmasterPid);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        return lines.Length > 3
            && int.TryParse(lines[0], CultureInfo.InvariantCulture, out var pid)
            && int.TryParse(lines[3], CultureInfo.InvariantCulture, out var port)
            && Serves(pid)
                ? new(pid, port)
                : null;
    }

    /// <summary>Removes the lock file of a server that is gone; without this a reused process id would stop every start.</summary>
    public void ForgetDeadPostmaster()
    {
        if (FindRunning() is null)
        {
            File.Delete(PostmasterPid);
        }
    }

    public string LogTail()
    {
        var lines = File.Exists(Log) ? File.ReadAllLines(Log) : [];
        return string.Join(Environment.NewLine, lines.TakeLast(12));
    }

    private bool Serves(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return OperatingSystem.IsLinux()
                ? File.ReadAllText($"/proc/{pid}/cmdline").Contains(Data, StringComparison.Ordinal)
                : process.ProcessName.StartsWith("postgres", StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or IOException)
        {
            return false;
        }
    }
}
