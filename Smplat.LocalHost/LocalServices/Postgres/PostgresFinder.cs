using System.Globalization;
using System.Text.RegularExpressions;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost.LocalServices.Postgres;

/// <summary>Finds Postgres programs: those of the system, or those that npm put into the checkout.</summary>
public static partial class PostgresFinder
{
    private static readonly string[] Programs = ["postgres", "initdb", "pg_ctl"];

    /// <summary>Where packagers put versions side by side, with the folder of programs below each.</summary>
    private static readonly (string Folder, string Pattern)[] SystemFolders =
    [
        ("/usr/lib/postgresql", "*"),
        ("/usr", "pgsql-*"),
        ("/opt/homebrew/opt", "postgresql@*"),
        ("/usr/local/opt", "postgresql@*"),
        (@"C:\Program Files\PostgreSQL", "*"),
    ];

    /// <returns>The first one on PATH that is new enough, else the newest of the usual folders, else null.</returns>
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

    /// <returns>The programs in this folder, or null when it is not an installation or does not run here.</returns>
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
