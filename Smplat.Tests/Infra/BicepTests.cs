using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
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

    [Test]
    public async Task The_parameters_of_azd_are_those_of_the_template()
    {
        var (_, compiled, _) = await RunAsync("build", "main.bicep", "--stdout");
        using var template = JsonDocument.Parse(compiled);
        using var file = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Folder, "main.parameters.json")));
        var declared = template.RootElement.GetProperty("parameters").EnumerateObject().ToArray();
        var given = file.RootElement.GetProperty("parameters").EnumerateObject().Select(parameter => parameter.Name).ToArray();

        Assert.That(given, Is.SubsetOf(declared.Select(parameter => parameter.Name)));
        Assert.That(
            declared.Where(parameter => !parameter.Value.TryGetProperty("defaultValue", out _)).Select(parameter => parameter.Name), Is.SubsetOf(given));
    }

    /// <summary>The expressions are evaluated as Azure does before a deployment; only what needs Azure's answers stays open.</summary>
    [TestCase("", 10)]
    [TestCase("param databaseSku = 'Standard_D2ds_v5'", 20)]
    [TestCase("param maximumInstances = 80", 5)]
    [TestCase("param databaseSku = 'Standard_D64ds_v5'\nparam databaseConnections = 4985", 20)]
    public async Task Every_instance_gets_its_share_of_the_connections(string parameters, int connections)
    {
        var (_, snapshot) = await SnapshotAsync(parameters);

        Assert.That(snapshot, Does.Contain($"'SMPLAT_DATABASE_MAX_CONNECTIONS', '{connections}'"));
    }

    [TestCase("param databaseSku = 'Standard_B1ms'", "leave 0 to each of 40 instances")]
    [TestCase("param maximumInstances = 90", "leave 4 to each of 90 instances")]
    [TestCase("param databaseSku = 'Standard_D64ds_v5'", "give databaseConnections")]
    public async Task A_server_too_small_for_the_instances_is_refused(string parameters, string reason)
    {
        var (said, snapshot) = await SnapshotAsync(parameters);

        Assert.That(said, Does.Contain(reason));
        Assert.That(snapshot, Is.Null);
    }

    [TestCaseSource(nameof(Templates))]
    public async Task The_templates_are_formatted(string file)
    {
        var (_, formatted, _) = await RunAsync("format", file, "--stdout");

        Assert.That(formatted, Is.EqualTo(await File.ReadAllTextAsync(Path.Combine(Folder, file))));
    }

    private static IEnumerable<string> Templates() =>
        Directory.EnumerateFiles(Folder, "*.bicep*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Folder, path)).Order();

    /// <summary>What dev.bicepparam with these parameters would deploy; nothing when the template refuses.</summary>
    private static async Task<(string Said, string? Snapshot)> SnapshotAsync(string parameters)
    {
        using var folder = TestFolder.Create(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var file in (string[])["app-settings.json", .. Templates().Where(file => file.EndsWith(".bicep", StringComparison.Ordinal))])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder.Path, file))!);
            File.Copy(Path.Combine(Folder, file), Path.Combine(folder.Path, file));
        }

        var text = await File.ReadAllTextAsync(Path.Combine(Folder, "dev.bicepparam"));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "tried.bicepparam"), $"{text}\n{parameters}\n");
        var (_, _, said) = await RunInAsync(folder.Path, "snapshot", "tried.bicepparam", "--mode", "overwrite");
        var snapshot = Path.Combine(folder.Path, "tried.snapshot.json");
        return (said, File.Exists(snapshot) ? await File.ReadAllTextAsync(snapshot) : null);
    }

    private static Task<(int ExitCode, string Output, string Said)> RunAsync(params string[] arguments) => RunInAsync(Folder, arguments);

    private static async Task<(int ExitCode, string Output, string Said)> RunInAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Compiler, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DATABASE_PASSWORD"] = "a password of 24 letters";
        using var process = LocalProcess.Start(start);
        var said = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, (await said).Trim());
    }
}
