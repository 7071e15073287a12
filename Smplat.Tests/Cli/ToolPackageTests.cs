using System.Diagnostics;
using Smplat.Tests.Support;

namespace Smplat.Tests.Cli;

public sealed class ToolPackageTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Test]
    public async Task The_packed_tool_installs_into_a_folder_and_runs()
    {
        using var folder = TestFolder.Create(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var packages = Path.Combine(folder.Path, "packages");
        // Only the packed tool is a source, so that no other package of that name can be meant.
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "nuget.config"), "<configuration><packageSources><clear /></packageSources></configuration>");
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

        await RunAsync(folder.Path, "dotnet", "pack", Path.Combine(Repository.Root, "Smplat.Cli"), "-c", configuration, "--no-build", "--nologo", "-o", packages);
        await RunAsync(folder.Path, "dotnet", "tool", "install", "Smplat.Cli", "--tool-path", Path.Combine(folder.Path, "tools"), "--add-source", packages);
        var tool = Path.Combine(folder.Path, "tools", OperatingSystem.IsWindows() ? "smplat.exe" : "smplat");

        Assert.That(await RunAsync(folder.Path, tool, "--help"), Does.Contain("smplat <command>"));
        Assert.That(await RunAsync(folder.Path, tool, "completion", "bash"), Does.Contain("complete "));
    }

    private static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        Assert.That(process.ExitCode, Is.Zero, $"{program} {string.Join(' ', arguments)}\n{await output}\n{await error}");
        return await output;
    }
}
