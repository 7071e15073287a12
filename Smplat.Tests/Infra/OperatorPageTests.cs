using System.CommandLine;
using System.Text.RegularExpressions;
using Smplat.Cli;
using Smplat.Tests.Support;

namespace Smplat.Tests.Infra;

/// <summary>The commands in pages and workflows are valid.</summary>
public sealed partial class OperatorPageTests
{
    private static readonly RootCommand Root = CommandLine.Build();

    [TestCaseSource(nameof(Pages))]
    public void Every_command_shown_is_one_that_the_command_line_takes(string page) =>
        Assert.That(
            from command in InfraFiles.Commands(Path.Combine(Repository.Root, page))
            from error in Parse(command).Errors
            select $"{command}: {error.Message}",
            Is.Empty);

    [TestCaseSource(nameof(Pages))]
    public void Every_command_mentioned_is_one_that_the_command_line_knows(string page) =>
        Assert.That(
            from command in InfraFiles.MentionedCommands(Path.Combine(Repository.Root, page))
            from unknown in Parse(command).UnmatchedTokens
            select $"{command}: {unknown}",
            Is.Empty);

    [Test]
    public void Commands_are_really_found_in_pages_and_workflows()
    {
        string[] pages = [.. InfraFiles.Pages];

        Assert.That(pages.Where(page => page.EndsWith(".yml", StringComparison.Ordinal)).SelectMany(InfraFiles.Commands).Count(), Is.GreaterThanOrEqualTo(6));
        Assert.That(pages.Where(page => page.EndsWith(".md", StringComparison.Ordinal)).SelectMany(InfraFiles.Commands).Count(), Is.GreaterThanOrEqualTo(60));
        Assert.That(Parse("smplat jobs dance").Errors, Is.Not.Empty);
        Assert.That(Parse("smplat health --loudly").UnmatchedTokens, Is.Not.Empty);
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

    [TestCaseSource(nameof(MarkdownPages))]
    public void Every_link_to_a_file_leads_somewhere(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, page))!;

        Assert.That(
            from Match link in Link().Matches(File.ReadAllText(Path.Combine(Repository.Root, page)))
            let target = link.Groups[1].Value
            where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
            where !Path.Exists(Path.Combine(folder, target))
            select target,
            Is.Empty);
    }

    [Test]
    public void Every_setting_that_a_page_changes_is_one_of_the_app()
    {
        var sample = File.ReadAllText(Path.Combine(Repository.Root, "local.settings.sample.json"));

        Assert.That(
            from page in InfraFiles.Pages
            from Match block in AppSettings().Matches(File.ReadAllText(page))
            from Match setting in Assignment().Matches(block.Value)
            where !sample.Contains($"\"{setting.Groups[1].Value}\"", StringComparison.Ordinal)
            select $"{Path.GetFileName(page)}: {setting.Groups[1].Value}",
            Is.Empty);
    }

    private static ParseResult Parse(string command) => Root.Parse(Variables().Replace(command["smplat ".Length..], "1"));

    private static IEnumerable<string> Pages() => InfraFiles.Pages.Select(page => Path.GetRelativePath(Repository.Root, page)).Order();

    private static IEnumerable<string> MarkdownPages() => Pages().Where(page => page.EndsWith(".md", StringComparison.Ordinal));

    // Placeholders for values: variables, expressions of just and of workflows, and <words>.
    [GeneratedRegex("""(?<= )"?\$\{?[A-Za-z_]+(:-[0-9.]+)?\}?"?|"?\$\{\{[^}]*\}\}"?|\{\{[^}]*\}\}|<[a-z ]+>|(?<= )…""")]
    private static partial Regex Variables();

    [GeneratedRegex(@"--settings(?:[^\n]*\\\n)*[^\n]*")]
    private static partial Regex AppSettings();

    [GeneratedRegex(@"\b([A-Z][A-Z0-9_]{3,})=")]
    private static partial Regex Assignment();

    [GeneratedRegex(@"\]\(([^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}
