using System.CommandLine;
using Smplat.Cli;
using Smplat.Cli.Commands;
using Smplat.Tests.Support;

namespace Smplat.Tests.Cli;

/// <summary>Every command documents itself, and docs/cli.md matches.</summary>
public sealed class ReferenceTests
{
    private static readonly RootCommand Root = CommandLine.Build();

    [TestCaseSource(nameof(Paths))]
    public void A_command_has_examples_that_parse(string path)
    {
        var examples = CliCommand.ExamplesOf(CommandPaths.Leaves(Root).Single(leaf => leaf.Path == path).Command);

        Assert.That(examples, Is.Not.Empty, "Pass one to the CliCommand.");
        var parsed = examples.Select(example => Root.Parse(example["smplat ".Length..].Split([" > ", " | "], StringSplitOptions.None)[0])).ToArray();
        Assert.That(parsed.SelectMany(example => example.Errors).Select(error => error.Message), Is.Empty);
        Assert.That(parsed.Select(example => CommandPaths.Of(example.CommandResult.Command)), Does.Contain(path));
    }

    [TestCaseSource(nameof(Paths))]
    public void A_command_and_its_options_are_described_and_it_accepts_json(string path)
    {
        var command = CommandPaths.Leaves(Root).Single(leaf => leaf.Path == path).Command;

        Assert.That(command.Description, Is.Not.Empty);
        Assert.That(command.Options.Where(option => string.IsNullOrEmpty(option.Description)).Select(option => option.Name), Is.Empty);
        Assert.That(command.Arguments.Where(argument => string.IsNullOrEmpty(argument.Description)).Select(argument => argument.Name), Is.Empty);
        Assert.That(Root.Parse($"{path} --json").Errors.Where(error => error.Message.Contains("--json", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void The_reference_page_matches_the_commands() =>
        Assert.That(
            File.ReadAllText(Path.Combine(Repository.Root, "docs", "cli.md")).ReplaceLineEndings("\n"),
            Is.EqualTo(ReferencePage.Write(Root)),
            "Run: dotnet run --project Smplat.Cli -- reference > docs/cli.md");

    [Test]
    public async Task Help_shows_examples_and_exit_codes()
    {
        var help = await CliRun.RunAsync(["jobs", "run", "--help"]);

        Assert.That(help.ExitCode, Is.Zero);
        Assert.That(help.Output, Does.Contain("Examples:").And.Contain("smplat jobs run onboarding-nudges").And.Contain("Exit codes:"));
    }

    private static IEnumerable<string> Paths() => CommandPaths.Leaves(Root).Select(leaf => leaf.Path);
}
