using System.Text.Json;
using System.Text.RegularExpressions;
using Smplat.Tests.Support;

namespace Smplat.Tests.Infra;

/// <summary>Workflows and azd's files parse, and declare what the platform requires.</summary>
public sealed partial class WorkflowTests
{
    [TestCaseSource(nameof(Files))]
    public void A_workflow_parses_and_every_job_has_a_machine_a_time_limit_and_steps(string file)
    {
        var workflow = Yaml.Read(Path.Combine(InfraFiles.Workflows, file));

        Assert.That(workflow.GetProperty("permissions").ValueKind, Is.EqualTo(JsonValueKind.Object), "the token has no more rights than it needs");
        foreach (var job in workflow.GetProperty("jobs").EnumerateObject())
        {
            Assert.That(job.Value.TryGetProperty("runs-on", out _), Is.True, job.Name);
            Assert.That(job.Value.GetProperty("timeout-minutes").GetInt32(), Is.InRange(1, 60), job.Name);
            foreach (var step in job.Value.GetProperty("steps").EnumerateArray())
            {
                Assert.That(step.TryGetProperty("uses", out _) ^ step.TryGetProperty("run", out _), Is.True, step.ToString());
            }
        }
    }

    [TestCaseSource(nameof(Files))]
    public void Every_environment_variable_that_a_script_reads_is_passed_to_it(string file)
    {
        var workflow = Yaml.Read(Path.Combine(InfraFiles.Workflows, file));

        Assert.That(
            from job in workflow.GetProperty("jobs").EnumerateObject()
            from step in job.Value.GetProperty("steps").EnumerateArray()
            where step.TryGetProperty("run", out _)
            let script = step.GetProperty("run").GetString()!
            let known = Names(job.Value).Concat(Names(step)).ToHashSet()
            from Match variable in Variable().Matches(script)
            let name = variable.Groups[1].Value
            where name != "PWD" && !known.Contains(name) && !name.StartsWith("GITHUB_", StringComparison.Ordinal)
            where !Regex.IsMatch(script, $@"\b{name}=|for {name} in")
            select $"{job.Name}: ${name}",
            Is.Empty);
    }

    [Test]
    public async Task Azd_finds_the_service_and_the_template()
    {
        var azure = Yaml.Read(Path.Combine(Repository.Root, "azure.yaml"));
        var service = azure.GetProperty("services").GetProperty("api");

        Assert.That(Directory.Exists(Path.Combine(Repository.Root, service.GetProperty("project").GetString()!)), Is.True);
        Assert.That(
            File.Exists(Path.Combine(
                Repository.Root, azure.GetProperty("infra").GetProperty("path").GetString()!, azure.GetProperty("infra").GetProperty("module").GetString() + ".bicep")),
            Is.True);
        Assert.That(
            await File.ReadAllTextAsync(Path.Combine(InfraFiles.Folder, "modules", "app.bicep")), Does.Contain("'azd-service-name': 'api'"));
    }

    [Test]
    public void The_development_container_names_files_that_are_there()
    {
        var folder = Path.Combine(Repository.Root, ".devcontainer");
        using var container = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "devcontainer.json")));

        Assert.That(container.RootElement.GetProperty("postCreateCommand").GetString(), Is.EqualTo(".devcontainer/setup"));
        Assert.That(File.Exists(Path.Combine(folder, "setup")), Is.True);
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(Path.Combine(folder, "setup")) & UnixFileMode.UserExecute, Is.Not.EqualTo(UnixFileMode.None));
        }
    }

    private static IEnumerable<string> Files() => Directory.EnumerateFiles(InfraFiles.Workflows, "*.yml").Select(path => Path.GetFileName(path));

    private static IEnumerable<string> Names(JsonElement holder) =>
        holder.TryGetProperty("env", out var variables) ? variables.EnumerateObject().Select(variable => variable.Name) : [];

    [GeneratedRegex(@"\$\{?([A-Za-z_][A-Za-z_0-9]*)")]
    private static partial Regex Variable();
}
