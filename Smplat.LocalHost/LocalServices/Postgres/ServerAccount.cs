using System.Diagnostics;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost.LocalServices.Postgres;

/// <summary>
/// Who runs Postgres. It refuses to run as root, so root drops to an unprivileged account; everybody else runs it as
/// themselves.
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

    /// <exception cref="LocalStartException">Root, and nothing to drop to or nothing to drop with.</exception>
    public static ServerAccount Detect(SearchPath path) =>
        OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess ? new("", "", []) : ForRoot(path);

    /// <summary>A command that runs as this account, in a folder that every account may enter.</summary>
    public ProcessStartInfo Command(string program, IEnumerable<string> arguments)
    {
        string[] all = [.. _prefix, program, .. arguments];
        return new(all[0], all[1..]) { WorkingDirectory = Path.GetPathRoot(Environment.SystemDirectory) ?? "/" };
    }

    /// <summary>Hands a folder and all in it to this account.</summary>
    public async Task GiveAsync(string folder, CancellationToken cancellationToken)
    {
        if (IsOther)
        {
            var result = await LocalCommand.RunAsync(
                new("chown", ["-R", Owner, folder]), TimeSpan.FromSeconds(30), cancellationToken);
            result.ThrowIfFailed($"Handing {folder} to the account {Name}");
        }
    }

    /// <summary>Whether this account can reach a folder: every parent must let it pass.</summary>
    public async Task<bool> CanEnterAsync(string folder, CancellationToken cancellationToken)
    {
        if (!IsOther)
        {
            return true;
        }

        var enter = Command("/bin/sh", ["-c", "cd \"$1\"", "sh", folder]);
        return (await LocalCommand.RunAsync(enter, TimeSpan.FromSeconds(10), cancellationToken)).ExitCode == 0;
    }

    /// <summary>Whether this account is the one that a folder belongs to. Postgres accepts no other.</summary>
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
                "Postgres refuses to run as root, and there is no account \"postgres\" or \"nobody\" to run it as. " +
                "Run as an ordinary user, or set SMPLAT_DATABASE to a Postgres that is already running.");
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
            "Postgres refuses to run as root, and neither setpriv nor runuser (package util-linux) is there to change the account. " +
            "Install util-linux, run as an ordinary user, or set SMPLAT_DATABASE to a Postgres that is already running.");
    }
}
