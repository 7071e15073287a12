using System.CommandLine;
using Smplat.Cli;
using Smplat.Cli.Reference;
using Smplat.Tests.Support;

namespace Smplat.Tests.Cli;

/// <summary>Every command says how it is used, and the page docs/cli.md says the same.</summary>
public sealed class ReferenceTests
{
    private static readonly RootCommand Root = CommandLine.Build();

    [TestCaseSource(nameof(Paths))]
    public void A_command_has_examples_that_can_be_typed(string path)
    {
        var examples = Examples.Of(CommandPaths.Leaves(Root).Single(leaf => leaf.Path == path).Command);

        Assert.That(examples, Is.Not.Empty, $"Add one to {nameof(Examples)}.");
        var parsed = examples.Select(example => Root.Parse(example["smplat ".Length..].Split([" > ", " | "], StringSplitOptions.None)[0])).ToArray();
        Assert.That(parsed.SelectMany(example => example.Errors).Select(error => error.Message), Is.Empty);
        Assert.That(parsed.Select(example => CommandPaths.Of(example.CommandResult.Command)), Does.Contain(path));
    }

    [Test]
    public void Examples_are_given_for_commands_that_exist() =>
        Assert.That(Examples.Paths.Except(Paths()), Is.Empty);

    [TestCaseSource(nameof(Paths))]
    public void A_command_and_its_options_are_described_and_take_json(string path)
    {
        var command = CommandPaths.Leaves(Root).Single(leaf => leaf.Path == path).Command;

        Assert.That(command.Description, Is.Not.Empty);
        Assert.That(command.Options.Where(option => string.IsNullOrEmpty(option.Description)).Select(option => option.Name), Is.Empty);
        Assert.That(command.Arguments.Where(argument => string.IsNullOrEmpty(argument.Description)).Select(argument => argument.Name), Is.Empty);
        Assert.That(Root.Parse($"{path} --json").Errors.Where(error => error.Message.Contains("--json", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void The_page_of_the_command_line_lists_every_command() =>
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
