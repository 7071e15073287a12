using System.Diagnostics;
using System.Runtime.InteropServices;
using Smplat.LocalHost;

namespace Smplat.Benchmarks.Startup;

/// <summary>The app as it is deployed: published in Release, compiled ahead for this machine or not.</summary>
internal sealed class PublishedApp : IDisposable
{
    private readonly string _folder;

    private PublishedApp(string folder) => _folder = folder;

    public string Program => Path.Combine(_folder, OperatingSystem.IsWindows() ? "Smplat.Functions.exe" : "Smplat.Functions");

    /// <exception cref="InvalidOperationException">It cannot be published; the message is what the publisher says.</exception>
    public static async Task<PublishedApp> PublishAsync(bool isReadyToRun, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("smplat-bench-app-").FullName;
        string[] ahead = isReadyToRun ? ["-r", RuntimeInformation.RuntimeIdentifier, "--self-contained", "false"] : [];
        var start = new ProcessStartInfo(
            "dotnet", ["publish", "Smplat.Functions", "-c", "Release", "-o", folder, "-v", "q", "--nologo", .. ahead])
        {
            WorkingDirectory = RepositoryRoot.Path ?? throw new InvalidOperationException("Run it from a checkout."),
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? new(folder) : throw new InvalidOperationException(said);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
