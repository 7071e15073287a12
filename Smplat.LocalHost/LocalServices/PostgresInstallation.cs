using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost.LocalServices;

/// <summary>An installed Postgres.</summary>
/// <param name="BinFolder">Folder with postgres, initdb and pg_ctl.</param>
/// <param name="Major">Major version; a data folder works with only one.</param>
/// <param name="IsEmbedded">Installed by npm in the checkout, not by the system.</param>
public sealed record PostgresInstallation(string BinFolder, int Major, bool IsEmbedded)
{
    /// <summary>The oldest supported version.</summary>
    public const int OldestMajor = 15;

    public string Program(string name) => Path.Combine(BinFolder, OperatingSystem.IsWindows() ? name + ".exe" : name);

    public override string ToString() => $"PostgreSQL {Major} ({(IsEmbedded ? "embedded" : BinFolder)})";
}

/// <summary>Which Postgres a local run uses.</summary>
public enum PostgresChoice
{
    /// <summary>The system's Postgres if there is one, else the embedded one.</summary>
    Either,
    System,
    Embedded,
}

/// <summary>Finds installed Postgres versions.</summary>
public static partial class PostgresFinder
{
    private static readonly string[] Programs = ["postgres", "initdb", "pg_ctl"];

    /// <summary>Where packages install their versions, each with a bin folder.</summary>
    private static readonly (string Folder, string Pattern)[] SystemFolders =
    [
        ("/usr/lib/postgresql", "*"),
        ("/usr", "pgsql-*"),
        ("/opt/homebrew/opt", "postgresql@*"),
        ("/usr/local/opt", "postgresql@*"),
        (@"C:\Program Files\PostgreSQL", "*"),
    ];

    /// <returns>The first supported version on PATH, else the newest in the usual folders, else null.</returns>
    public static async Task<PostgresInstallation?> FindSystemAsync(SearchPath path, CancellationToken cancellationToken)
    {
        foreach (var folder in path.Folders.Where(IsComplete))
        {
            if (await ReadAsync(folder, isEmbedded: false, cancellationToken) is { Major: >= PostgresInstallation.OldestMajor } onPath)
            {
                return onPath;
            }
        }

        var found = new List<PostgresInstallation>();
        foreach (var folder in SystemFolders.SelectMany(BinFolders).Where(IsComplete))
        {
            if (await ReadAsync(folder, isEmbedded: false, cancellationToken) is { } installation)
            {
                found.Add(installation);
            }
        }

        return found.Where(one => one.Major >= PostgresInstallation.OldestMajor).MaxBy(one => one.Major);
    }

    /// <returns>The installation in this folder, or null when it is incomplete or does not run.</returns>
    public static async Task<PostgresInstallation?> ReadAsync(
        string binFolder, bool isEmbedded, CancellationToken cancellationToken)
    {
        if (!IsComplete(binFolder))
        {
            return null;
        }

        var probe = new PostgresInstallation(binFolder, 0, isEmbedded);
        var result = await LocalCommand.RunAsync(
            new(probe.Program("postgres"), ["--version"]), TimeSpan.FromSeconds(20), cancellationToken);
        var major = VersionNumber().Match(result.Output);
        return result.ExitCode == 0 && major.Success
            ? probe with { Major = int.Parse(major.Groups[1].Value, CultureInfo.InvariantCulture) }
            : null;
    }

    private static IEnumerable<string> BinFolders((string Folder, string Pattern) place) =>
        Directory.Exists(place.Folder)
            ? Directory.EnumerateDirectories(place.Folder, place.Pattern).Select(version => Path.Combine(version, "bin"))
            : [];

    private static bool IsComplete(string folder) =>
        Programs.All(program => SearchPath.Names(program).Any(name => File.Exists(Path.Combine(folder, name))));

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)")]
    private static partial Regex VersionNumber();
}

/// <summary>The Postgres that npm installs for this platform.</summary>
public static class EmbeddedPostgres
{
    /// <returns>Null when there is no package for this platform.</returns>
    public static async Task<PostgresInstallation?> FindAsync(
        string nodeModules, NodeTools tools, CancellationToken cancellationToken)
    {
        var package = Path.Combine(nodeModules, "@embedded-postgres", PlatformName());
        if (!Directory.Exists(package))
        {
            return null;
        }

        await LinkLibrariesAsync(package, tools, cancellationToken);
        return await PostgresFinder.ReadAsync(Path.Combine(package, "native", "bin"), isEmbedded: true, cancellationToken);
    }

    /// <summary>
    /// npm packages cannot contain symbolic links, so this one creates them with an install script. npm may be configured to
    /// skip such scripts, and without the links the programs do not find their libraries.
    /// </summary>
    private static async Task LinkLibrariesAsync(string package, NodeTools tools, CancellationToken cancellationToken)
    {
        var script = Path.Combine(package, "scripts", "hydrate-symlinks.js");
        var done = Path.Combine(package, ".smplat-linked");
        if (!File.Exists(script) || File.Exists(done))
        {
            return;
        }

        var start = new ProcessStartInfo(tools.Node, [script]) { WorkingDirectory = package };
        var result = await LocalCommand.RunAsync(start, TimeSpan.FromMinutes(1), cancellationToken);
        result.ThrowIfFailed($"Linking the libraries of {package}");
        await File.WriteAllTextAsync(done, "", cancellationToken);
    }

    private static string PlatformName()
    {
        var system = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        return $"{system}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
    }
}

/// <summary>
/// Finds a place for Postgres that its account can access: below the checkout, or below /var/lib when root works in a folder
/// that is closed to others, such as /root or a folder of mktemp.
/// </summary>
public static class ReachableFolder
{
    private const string ForRoot = "/var/lib/smplat-local";

    /// <returns>A folder for this checkout that the account can enter.</returns>
    public static async Task<string> FindAsync(
        CheckoutFolder checkout, ServerAccount account, CancellationToken cancellationToken)
    {
        var local = checkout.CreateLocal();
        if (await account.CanEnterAsync(local, cancellationToken))
        {
            return local;
        }

        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(local)))[..12];
        var elsewhere = Path.Combine(ForRoot, name);
        Directory.CreateDirectory(elsewhere);
        return await account.CanEnterAsync(elsewhere, cancellationToken)
            ? elsewhere
            : throw new LocalStartException(
                $"The account {account.Name} can enter neither {local} nor {elsewhere}, so Postgres has no place for its data. " +
                "Move the checkout, run as a normal user, or set SMPLAT_DATABASE to a running Postgres.");
    }

    /// <returns>The installation, or a copy of it that the account can run.</returns>
    public static async Task<PostgresInstallation> EnsureRunnableAsync(
        PostgresInstallation installation, CheckoutFolder checkout, ServerAccount account, CancellationToken cancellationToken)
    {
        if (!installation.IsEmbedded || await account.CanEnterAsync(installation.BinFolder, cancellationToken))
        {
            return installation;
        }

        var programs = Path.GetDirectoryName(installation.BinFolder)!;
        var place = await FindAsync(checkout, account, cancellationToken);
        var copy = Path.Combine(place, $"postgres-programs-{File.GetLastWriteTimeUtc(programs).Ticks:x}");
        using var held = await FileLock.TakeAsync(
            Path.Combine(place, "programs.lock"), TimeSpan.FromMinutes(2), () => { }, cancellationToken);
        if (!Directory.Exists(copy))
        {
            var draft = $"{copy}.draft";
            var result = await LocalCommand.RunAsync(
                new("cp", ["-R", "-P", programs, draft]), TimeSpan.FromMinutes(2), cancellationToken);
            result.ThrowIfFailed($"Copying the embedded Postgres to {copy}");
            Directory.Move(draft, copy);
        }

        return installation with { BinFolder = Path.Combine(copy, "bin") };
    }
}
