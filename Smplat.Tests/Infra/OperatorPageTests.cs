using System.Text.RegularExpressions;
using Smplat.Cli;
using Smplat.Tests.Support;

namespace Smplat.Tests.Infra;

/// <summary>What pages and workflows tell operators to type can be typed.</summary>
public sealed partial class OperatorPageTests
{
    [Test]
    public void Every_command_shown_is_one_that_the_command_line_takes()
    {
        var root = CommandLine.Build();
        var commands = (
            from page in InfraFiles.OperatorPages
            from command in InfraFiles.Commands(File.ReadAllText(page))
            select (Page: Path.GetFileName(page), Text: command)).ToArray();

        Assert.That(commands, Is.Not.Empty);
        Assert.That(
            commands.Where(command => root.Parse(Numbers().Replace(command.Text["smplat ".Length..], "1")).Errors.Count > 0)
                .Select(command => $"{command.Page}: {command.Text}"),
            Is.Empty);
    }

    [Test]
    public void Every_page_of_the_runbooks_is_in_their_index()
    {
        var index = File.ReadAllText(Path.Combine(InfraFiles.Runbooks, "README.md"));

        Assert.That(
            Directory.EnumerateFiles(InfraFiles.Runbooks, "*.md").Select(Path.GetFileName)
                .Where(page => page != "README.md" && !index.Contains($"({page})", StringComparison.Ordinal)),
            Is.Empty);
    }

    [Test]
    public void Every_setting_that_a_page_changes_is_one_of_the_app()
    {
        var sample = File.ReadAllText(Path.Combine(Repository.Root, "local.settings.sample.json"));

        Assert.That(
            from page in InfraFiles.OperatorPages
            from Match block in AppSettings().Matches(File.ReadAllText(page))
            from Match setting in Assignment().Matches(block.Value)
            where !sample.Contains($"\"{setting.Groups[1].Value}\"", StringComparison.Ordinal)
            select $"{Path.GetFileName(page)}: {setting.Groups[1].Value}",
            Is.Empty);
    }

    // Numbers come from variables of the workflow when it runs.
    [GeneratedRegex("""(?<= )"?\$\{?[A-Z_]+(:-[0-9.]+)?\}?"?|"?\$\{\{[^}]*\}\}"?""")]
    private static partial Regex Numbers();

    [GeneratedRegex(@"--settings(?:[^\n]*\\\n)*[^\n]*")]
    private static partial Regex AppSettings();

    [GeneratedRegex(@"\b([A-Z][A-Z0-9_]{3,})=")]
    private static partial Regex Assignment();
}
