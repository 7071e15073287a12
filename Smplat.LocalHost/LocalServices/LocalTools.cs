using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost.LocalServices;

/// <summary>Finds the programs of the local services, and installs from npm only what is missing.</summary>
public sealed class LocalTools(CheckoutFolder checkout, SearchPath path, Action<string> report)
{
    public CheckoutFolder Checkout => checkout;

    public SearchPath SearchPath => path;

    /// <exception cref="LocalStartException">None was found; the message says how to get one.</exception>
    public async Task<PostgresInstallation> FindPostgresAsync(PostgresChoice choice, CancellationToken cancellationToken)
    {
        if (choice != PostgresChoice.Embedded)
        {
            if (await PostgresFinder.FindSystemAsync(path, cancellationToken) is { } system)
            {
                return system;
            }

            if (choice == PostgresChoice.System)
            {
                throw new LocalStartException(
                    $"SMPLAT_LOCAL_POSTGRES is system, but no PostgreSQL {PostgresInstallation.OldestMajor} or later was found on PATH " +
                    "or in the usual system folders. Install it, or unset the setting to use the embedded Postgres.");
            }
        }

        return await FindEmbeddedAsync(choice, cancellationToken);
    }

    /// <returns>The node program and the folder of the installed packages, or null without Node.js.</returns>
    public async Task<(NodeTools Tools, string Modules)?> FindNodeModulesAsync(CancellationToken cancellationToken) =>
        await NodeTools.FindAsync(path, cancellationToken) is { } tools
            ? (tools, await new NpmPackages(checkout, tools, report).EnsureAsync(cancellationToken))
            : null;

    private async Task<PostgresInstallation> FindEmbeddedAsync(PostgresChoice choice, CancellationToken cancellationToken)
    {
        var reason = choice == PostgresChoice.Embedded
            ? "SMPLAT_LOCAL_POSTGRES is embedded"
            : $"No PostgreSQL {PostgresInstallation.OldestMajor} or later was found on PATH or in the usual system folders";
        if (await FindNodeModulesAsync(cancellationToken) is not { } npm)
        {
            throw new LocalStartException(
                $"{reason}, and the embedded Postgres needs Node.js, which was not found. {NodeTools.InstallHint} " +
                "Or install PostgreSQL, or set SMPLAT_DATABASE to a running one.");
        }

        return await EmbeddedPostgres.FindAsync(npm.Modules, npm.Tools, cancellationToken)
            ?? throw new LocalStartException(
                $"{reason}, and there is no embedded Postgres for this platform. " +
                "Install PostgreSQL, or set SMPLAT_DATABASE to a running one.");
    }
}

/// <summary>The Node.js and npm of this machine.</summary>
/// <param name="Node">Full path of node.</param>
/// <param name="Npm">Full path of npm.</param>
public sealed record NodeTools(string Node, string Npm)
{
    public const int OldestMajor = 20;

    /// <summary>Shown when Node.js is missing.</summary>
    public static string InstallHint { get; } =
        $"Install Node.js {OldestMajor} or later with npm, and make sure that \"node\" is on PATH.";

    /// <returns>Null when one of the two is missing or Node.js is too old.</returns>
    public static async Task<NodeTools?> FindAsync(SearchPath path, CancellationToken cancellationToken)
    {
        if (path.Find("node") is not { } node || path.Find("npm") is not { } npm)
        {
            return null;
        }

        var version = await LocalCommand.RunAsync(new(node, ["--version"]), TimeSpan.FromSeconds(20), cancellationToken);
        var major = version.Output.TrimStart('v').Split('.')[0];
        return version.ExitCode == 0
            && int.TryParse(major, CultureInfo.InvariantCulture, out var number)
            && number >= OldestMajor
                ? new(node, npm)
                : null;
    }
}

/// <summary>
/// The npm packages of the checkout: Azurite and the embedded Postgres. Installed on first use and again when the lock file
/// changes, by one process at a time, because npm ci deletes the folder first.
/// </summary>
public sealed class NpmPackages(CheckoutFolder checkout, NodeTools tools, Action<string> report)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan ProgressPause = TimeSpan.FromSeconds(5);

    private string PackageLock => Path.Combine(checkout.Path, "package-lock.json");

    private string Modules => Path.Combine(checkout.Path, "node_modules");

    /// <summary>Inside node_modules, so that it is deleted together with it.</summary>
    private string Stamp => Path.Combine(Modules, ".smplat-installed");

    /// <returns>The folder of the installed packages.</returns>
    /// <exception cref="LocalStartException">npm failed (the message has its output), or this is not a checkout.</exception>
    public async Task<string> EnsureAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(PackageLock))
        {
            throw new LocalStartException(
                $"{checkout.Path} has no package-lock.json, so Azurite and the embedded Postgres cannot be installed. " +
                "Run from a checkout, or set SMPLAT_DATABASE and AzureWebJobsStorage.");
        }

        var wanted = await HashAsync(cancellationToken);
        if (await IsInstalledAsync(wanted, cancellationToken))
        {
            return Modules;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(checkout.NpmLock)!);
        using var held = await FileLock.TakeAsync(
            checkout.NpmLock, Limit, () => report("Waiting for another process to install the npm packages"), cancellationToken);
        if (!await IsInstalledAsync(wanted, cancellationToken))
        {
            report("Installing the npm packages: Azurite and the embedded Postgres, about 430 MB, only once");
            await InstallAsync(cancellationToken);
            await File.WriteAllTextAsync(Stamp, wanted, cancellationToken);
        }

        return Modules;
    }

    private async Task InstallAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(tools.Npm, ["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        {
            WorkingDirectory = checkout.Path,
        };
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var progress = ReportProgressAsync(done.Token);
        var result = await LocalCommand.RunAsync(start, Limit, cancellationToken);
        await done.CancelAsync();
        await progress;
        result.ThrowIfFailed($"Installing the npm packages with \"npm ci\" in {checkout.Path}");
    }

    /// <summary>Reports progress, because npm shows none without a terminal.</summary>
    private async Task ReportProgressAsync(CancellationToken cancellationToken)
    {
        using var tick = new PeriodicTimer(ProgressPause);
        try
        {
            while (await tick.WaitForNextTickAsync(cancellationToken))
            {
                report($"{SizeOf(Modules) / 1_000_000} of about 430 MB");
            }
        }
        catch (OperationCanceledException)
        {
            // The installation has ended.
        }
    }

    /// <summary>In bytes. npm creates and deletes files meanwhile; deleted ones count as zero.</summary>
    private static long SizeOf(string folder)
    {
        try
        {
            var everything = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };
            return new DirectoryInfo(folder).EnumerateFiles("*", everything).Sum(file => file.Exists ? file.Length : 0);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private async Task<bool> IsInstalledAsync(string wanted, CancellationToken cancellationToken) =>
        File.Exists(Stamp) && await File.ReadAllTextAsync(Stamp, cancellationToken) == wanted;

    private async Task<string> HashAsync(CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(PackageLock);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }
}
