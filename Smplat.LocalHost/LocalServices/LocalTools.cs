using Smplat.LocalHost.LocalServices.Node;
using Smplat.LocalHost.LocalServices.Postgres;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost.LocalServices;

/// <summary>Finds the programs that local services are made of, and installs from npm only what is really needed.</summary>
public sealed class LocalTools(CheckoutFolder checkout, SearchPath path, Action<string> report)
{
    public CheckoutFolder Checkout => checkout;

    public SearchPath SearchPath => path;

    /// <exception cref="LocalStartException">There is none; the message says how to get one.</exception>
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
                    $"SMPLAT_LOCAL_POSTGRES=system, but no PostgreSQL {PostgresInstallation.OldestMajor} or later is on PATH " +
                    "or in the usual system folders. Install one, or unset the setting to use the embedded one.");
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
            ? "SMPLAT_LOCAL_POSTGRES=embedded asks for the Postgres that npm installs"
            : $"No PostgreSQL {PostgresInstallation.OldestMajor} or later was found on PATH or in the usual system folders";
        if (await FindNodeModulesAsync(cancellationToken) is not { } npm)
        {
            throw new LocalStartException(
                $"{reason}, and the embedded one needs Node.js, which was not found either. {NodeTools.Remedy} " +
                "Or install PostgreSQL, or set SMPLAT_DATABASE to one that is already running.");
        }

        return await EmbeddedPostgres.FindAsync(npm.Modules, npm.Tools, cancellationToken)
            ?? throw new LocalStartException(
                $"{reason}, and npm has no embedded Postgres that runs on this platform. " +
                "Install PostgreSQL, or set SMPLAT_DATABASE to one that is already running.");
    }
}
