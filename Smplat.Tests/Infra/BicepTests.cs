using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Smplat.LocalHost.LocalServices.Processes;
using Smplat.Tests.Support;

namespace Smplat.Tests.Infra;

/// <summary>The infrastructure templates, read by the compiler that the deployment uses.</summary>
public sealed class BicepTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "infra");

    private static readonly string Compiler = typeof(BicepTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(entry => entry.Key == "Bicep").Value!;

    [OneTimeSetUp]
    public void NeedsItsPlatform()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.RuntimeIdentifier is not "linux-x64")
        {
            Assert.Ignore("The compiler's package is the one for linux-x64.");
            return;
        }

        File.SetUnixFileMode(Compiler, File.GetUnixFileMode(Compiler) | UnixFileMode.UserExecute);
    }

    [TestCase("build", "--stdout")]
    [TestCase("lint")]
    public async Task The_template_compiles_without_a_warning(string command, params string[] options)
    {
        var (exitCode, _, said) = await RunAsync([command, "main.bicep", .. options]);

        Assert.That((exitCode, said), Is.EqualTo((0, "")));
    }

    [TestCase("dev.bicepparam")]
    [TestCase("prod.bicepparam")]
    public async Task The_parameters_fit_the_template(string file)
    {
        var (exitCode, _, said) = await RunAsync("build-params", file, "--stdout");

        Assert.That((exitCode, said), Is.EqualTo((0, "")));
    }

    [TestCaseSource(nameof(Templates))]
    public async Task The_templates_are_formatted(string file)
    {
        var (_, formatted, _) = await RunAsync("format", file, "--stdout");

        Assert.That(formatted, Is.EqualTo(await File.ReadAllTextAsync(Path.Combine(Folder, file))));
    }

    private static IEnumerable<string> Templates() =>
        Directory.EnumerateFiles(Folder, "*.bicep", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Folder, path)).Order();

    private static async Task<(int ExitCode, string Output, string Said)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Compiler, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DATABASE_PASSWORD"] = "a password of 24 letters";
        using var process = LocalProcess.Start(start);
        var said = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, (await said).Trim());
    }
}
