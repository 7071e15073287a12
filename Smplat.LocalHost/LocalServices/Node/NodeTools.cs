using System.Globalization;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost.LocalServices.Node;

/// <summary>Node.js and npm on this machine.</summary>
/// <param name="Node">Full path of node.</param>
/// <param name="Npm">Full path of npm.</param>
public sealed record NodeTools(string Node, string Npm)
{
    public const int OldestMajor = 20;

    /// <summary>Said where Node.js is missing.</summary>
    public static string Remedy { get; } =
        $"Install Node.js {OldestMajor} or later (with npm) and see that \"node\" is on PATH.";

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
