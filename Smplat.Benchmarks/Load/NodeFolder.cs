using System.ComponentModel;
using System.Diagnostics;
using Smplat.LocalHost;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.Benchmarks.Load;

/// <summary>Node.js programs to compare with, and their packages, in a folder under <c>.local</c>.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Node">Path of node.</param>
public sealed record NodeFolder(string Path, string Node)
{
    /// <summary>Copies the programs and installs what their package.json pins, unless installed already.</summary>
    /// <param name="name">Name of the folder under <c>.local</c>.</param>
    /// <param name="source">Their folder in the repository.</param>
    /// <param name="programs">Where to look for <c>node</c> and <c>npm</c>.</param>
    /// <returns>The folder, or the reason why there is none.</returns>
    public static async Task<(NodeFolder? Folder, string? Missing)> PrepareAsync(
        string name, string source, SearchPath programs, CancellationToken cancellationToken)
    {
        if ((programs.Find("node"), programs.Find("npm")) is not ({ } node, { } npm))
        {
            return (null, $"{(programs.Find("node") is null ? "node" : "npm")} is not on PATH");
        }

        var root = RepositoryRoot.Path ?? throw new InvalidOperationException("Run it from a checkout.");
        var folder = System.IO.Path.Combine(root, ".local", name);
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(System.IO.Path.Combine(root, source)))
        {
            File.Copy(file, System.IO.Path.Combine(folder, System.IO.Path.GetFileName(file)), overwrite: true);
        }

        var wanted = await File.ReadAllTextAsync(System.IO.Path.Combine(folder, "package.json"), cancellationToken);
        var stamp = System.IO.Path.Combine(folder, "node_modules", ".installed");
        if (!File.Exists(stamp) || await File.ReadAllTextAsync(stamp, cancellationToken) != wanted)
        {
            Console.WriteLine($"Installing packages under .local/{name} …");
            if (await InstallAsync(npm, folder, cancellationToken) is { } problem)
            {
                return (null, problem);
            }

            await File.WriteAllTextAsync(stamp, wanted, cancellationToken);
        }

        return (new(folder, node), null);
    }

    /// <returns>The error; null on success.</returns>
    private static async Task<string?> InstallAsync(string npm, string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(npm, ["install", "--no-audit", "--no-fund", "--no-package-lock"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = await process.StandardError.ReadToEndAsync(cancellationToken);
            await output;
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? null : $"npm install failed: {errors.Trim()}";
        }
        catch (Win32Exception exception)
        {
            return $"npm did not start: {exception.Message}";
        }
    }
}
