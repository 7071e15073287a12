using System.Diagnostics;
using System.Runtime.InteropServices;
using Smplat.LocalHost.LocalServices.Node;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost.LocalServices.Postgres;

/// <summary>The Postgres programs that npm installs for this platform.</summary>
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
    /// A package cannot carry symbolic links, so it makes them with a script after its installation. npm may be told not
    /// to run such scripts; without the links the programs do not find their libraries.
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
