using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Npgsql;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost.LocalServices;

/// <summary>Chooses the installation, the account and the data folder for the Postgres of a local run.</summary>
internal sealed class LocalPostgres(LocalTools tools, IStartupStep step)
{
    public async Task<PostgresServer> PrepareAsync(PostgresChoice choice, CancellationToken cancellationToken)
    {
        var account = ServerAccount.Detect(tools.SearchPath);
        var found = await tools.FindPostgresAsync(choice, cancellationToken);
        var place = await ReachableFolder.FindAsync(tools.Checkout, account, cancellationToken);
        if (place != tools.Checkout.Local)
        {
            step.Note($"The data is in {place}, because Postgres runs as the account {account.Name}, which cannot enter {tools.Checkout.Local}");
        }

        var installation = await ReachableFolder.EnsureRunnableAsync(found, tools.Checkout, account, cancellationToken);
        var folder = new PostgresFolder(Path.Combine(place, $"postgres-{installation.Major}"));
        if (!folder.IsInitialised)
        {
            step.Note($"First start of {installation}: creating its data folder");
        }

        return new(installation, account, folder, PostgresTuning.Durable);
    }
}

/// <summary>
/// A local Postgres server. pg_ctl starts it in its own session, so that Ctrl-C in the terminal does not stop it before the
/// app has flushed its data.
/// </summary>
public sealed class PostgresServer(
    PostgresInstallation installation, ServerAccount account, PostgresFolder folder, PostgresTuning tuning)
{
    private const int StartAttempts = 4;

    /// <summary>After the postmaster was killed, its children keep the shared memory for about a second.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1.5);

    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(90);

    public int Port { get; private set; }

    public PostgresFolder Folder => folder;

    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Database = database,
        Username = PostgresFolder.User,
        Password = folder.ReadPassword(),
    }.ConnectionString;

    /// <summary>Starts the server, or takes over one that a killed run left running.</summary>
    /// <param name="port">Null for any free port.</param>
    /// <exception cref="LocalStartException">The start failed; the message has its log.</exception>
    public async Task StartAsync(int? port, CancellationToken cancellationToken)
    {
        if (!folder.IsInitialised)
        {
            await folder.CreateAsync(account, cancellationToken);
            await folder.InitialiseAsync(installation, account, cancellationToken);
        }

        if (!await account.OwnsAsync(folder.Data, cancellationToken))
        {
            throw new LocalStartException(
                $"{folder.Data} belongs to another user, who created it in an earlier run. Run as that user, or delete {folder.Path} to start over.");
        }

        if (await TryTakeOverAsync(port, cancellationToken))
        {
            return;
        }

        CommandResult result = new(0, "");
        for (var attempt = 1; attempt <= StartAttempts; attempt++)
        {
            Port = port ?? FreePort.Find();
            folder.RemoveStaleLockFile();
            result = await PgCtlAsync(["start", "-w", "-t", "60", "-l", folder.Log, "-o", tuning.CommandLine(Port)], cancellationToken);
            if (result.ExitCode == 0)
            {
                return;
            }

            await Task.Delay(RetryDelay, cancellationToken);
        }

        throw new LocalStartException(
            $"{installation} did not start on port {Port}. The end of its log {folder.Log}:{Environment.NewLine}" +
            $"{folder.LogTail()}{Environment.NewLine}{result.Output}");
    }

    /// <summary>Ends all sessions and flushes everything to disk.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => StopAsync("fast", cancellationToken);

    /// <summary>Ends without flushing, like a crash; the next start recovers.</summary>
    public Task StopAtOnceAsync(CancellationToken cancellationToken) => StopAsync("immediate", cancellationToken);

    private async Task StopAsync(string mode, CancellationToken cancellationToken)
    {
        if (folder.FindRunning() is not null)
        {
            var result = await PgCtlAsync(["stop", "-m", mode, "-w", "-t", "60"], cancellationToken);
            if (folder.FindRunning() is not null)
            {
                result.ThrowIfFailed($"Stopping the Postgres of {folder.Path}");
            }
        }
    }

    private async Task<bool> TryTakeOverAsync(int? port, CancellationToken cancellationToken)
    {
        if (folder.FindRunning() is not { } running)
        {
            return false;
        }

        Port = running.Port;
        if ((port is null || port == running.Port) && await AnswersAsync(cancellationToken))
        {
            return true;
        }

        await StopAsync(cancellationToken);
        return false;
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(ConnectionString("postgres")) { Pooling = false, Timeout = 5 };
            await using var connection = new NpgsqlConnection(settings.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            return connection.PostgreSqlVersion.Major == installation.Major;
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            return false;
        }
    }

    private Task<CommandResult> PgCtlAsync(string[] arguments, CancellationToken cancellationToken) =>
        LocalCommand.RunAsync(
            account.Command(installation.Program("pg_ctl"), ["-D", folder.Data, .. arguments]), CommandLimit, cancellationToken);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{installation} on port {Port}, data in {folder.Path}");
}

/// <summary>Server settings as command line options.</summary>
/// <param name="Options">Options other than port and addresses.</param>
public sealed record PostgresTuning(IReadOnlyList<string> Options)
{
    /// <summary>Commits survive a crash of the server and of the machine.</summary>
    public static PostgresTuning Durable { get; } = new(
        ["max_connections=200", "shared_buffers=128MB", "max_wal_size=2GB", "jit=off"]);

    /// <summary>For temporary data: commits survive a crash of the server, but not of the machine.</summary>
    public static PostgresTuning Throwaway { get; } = new(
    [
        "max_connections=300", "shared_buffers=128MB", "max_wal_size=2GB", "jit=off",
        "fsync=off", "synchronous_commit=off", "full_page_writes=off",
    ]);

    /// <summary>One argument for pg_ctl, which passes it to a shell. TCP only, because socket paths have a short maximum length.</summary>
    public string CommandLine(int port)
    {
        string[] reach = [$"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=''", "timezone=UTC", "log_timezone=UTC"];
        return string.Join(' ', reach.Concat(Options).Select(option => $"-c {option}"));
    }
}

/// <summary>A folder with one database cluster, its log and the password of its only user.</summary>
public sealed class PostgresFolder(string path)
{
    public const string User = "smplat";

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string Data => System.IO.Path.Combine(Path, "data");

    public string Log => System.IO.Path.Combine(Path, "server.log");

    private string PasswordFile => System.IO.Path.Combine(Path, "password");

    private string PostmasterPid => System.IO.Path.Combine(Data, "postmaster.pid");

    /// <summary>Written after initdb, so that an interrupted first start does not count as a cluster.</summary>
    public bool IsInitialised => File.Exists(System.IO.Path.Combine(Path, "ready"));

    public string ReadPassword() => File.ReadAllText(PasswordFile).Trim();

    /// <summary>Creates an empty folder, and deletes what an interrupted first start left.</summary>
    public async Task CreateAsync(ServerAccount account, CancellationToken cancellationToken)
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }

        Directory.CreateDirectory(Path);
        var password = RandomNumberGenerator.GetHexString(32, lowercase: true);
        OwnerOnlyFile.Write(PasswordFile, password);
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
        result.ThrowIfFailed($"Creating a database folder at {Data}");
        await File.WriteAllTextAsync(
            System.IO.Path.Combine(Path, "ready"), installation.ToString(), cancellationToken);
    }

    /// <returns>The postmaster of this folder, or null. A lock file counts only if its process is a running Postgres.</returns>
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

    /// <summary>Removes the lock file of a dead server; otherwise a reused process id would prevent every start.</summary>
    public void RemoveStaleLockFile()
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

/// <summary>The main process of a running Postgres and its port.</summary>
public sealed record RunningPostmaster(int Pid, int Port);

/// <summary>
/// The account that runs Postgres. Postgres refuses to run as root, so root uses an unprivileged account; other users run it
/// as themselves.
/// </summary>
public sealed class ServerAccount
{
    private static readonly string[] Unprivileged = ["postgres", "nobody"];
    private readonly string[] _prefix;

    private ServerAccount(string name, string owner, string[] prefix) => (Name, Owner, _prefix) = (name, owner, prefix);

    /// <summary>Empty when no change of account is needed.</summary>
    public string Name { get; }

    /// <summary>User and group as numbers, for chown.</summary>
    private string Owner { get; }

    public bool IsOther => Name.Length > 0;

    /// <exception cref="LocalStartException">Running as root without an unprivileged account or a program to change to it.</exception>
    public static ServerAccount Detect(SearchPath path) =>
        OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess ? new("", "", []) : ForRoot(path);

    /// <summary>A command that runs as this account, in a folder that every account can enter.</summary>
    public ProcessStartInfo Command(string program, IEnumerable<string> arguments)
    {
        string[] all = [.. _prefix, program, .. arguments];
        return new(all[0], all[1..]) { WorkingDirectory = Path.GetPathRoot(Environment.SystemDirectory) ?? "/" };
    }

    /// <summary>Makes this account the owner of a folder and its content.</summary>
    public async Task GiveAsync(string folder, CancellationToken cancellationToken)
    {
        if (IsOther)
        {
            var result = await LocalCommand.RunAsync(
                new("chown", ["-R", Owner, folder]), TimeSpan.FromSeconds(30), cancellationToken);
            result.ThrowIfFailed($"Changing the owner of {folder} to {Name}");
        }
    }

    /// <summary>Whether this account can enter a folder, including all parents.</summary>
    public async Task<bool> CanEnterAsync(string folder, CancellationToken cancellationToken)
    {
        if (!IsOther)
        {
            return true;
        }

        var enter = Command("/bin/sh", ["-c", "cd \"$1\"", "sh", folder]);
        return (await LocalCommand.RunAsync(enter, TimeSpan.FromSeconds(10), cancellationToken)).ExitCode == 0;
    }

    /// <summary>Whether this account owns a folder, which Postgres requires.</summary>
    public async Task<bool> OwnsAsync(string folder, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            return true;
        }

        var test = Command("/bin/sh", ["-c", "[ -O \"$1\" ]", "sh", folder]);
        return (await LocalCommand.RunAsync(test, TimeSpan.FromSeconds(10), cancellationToken)).ExitCode == 0;
    }

    private static ServerAccount ForRoot(SearchPath path)
    {
        var accounts = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(fields => fields.Length > 3).ToArray();
        var fields = Unprivileged.Select(name => accounts.FirstOrDefault(line => line[0] == name)).FirstOrDefault(line => line is not null)
            ?? throw new LocalStartException(
                "Postgres refuses to run as root, and there is no account \"postgres\" or \"nobody\" to run it. " +
                "Run as a normal user, or set SMPLAT_DATABASE to a running Postgres.");
        var (name, user, group) = (fields[0], fields[2], fields[3]);
        if (path.Find("setpriv") is { } setpriv)
        {
            return new(name, $"{user}:{group}", [setpriv, $"--reuid={user}", $"--regid={group}", "--clear-groups"]);
        }

        if (path.Find("runuser") is { } runuser)
        {
            return new(name, $"{user}:{group}", [runuser, "-u", name, "--"]);
        }

        throw new LocalStartException(
            "Postgres refuses to run as root, and neither setpriv nor runuser (package util-linux) was found to change the account. " +
            "Install util-linux, run as a normal user, or set SMPLAT_DATABASE to a running Postgres.");
    }
}
