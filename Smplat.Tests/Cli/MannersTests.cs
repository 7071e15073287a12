using Smplat.Cli;
using Smplat.Cli.Commands;
using Smplat.Functions;
using Smplat.Tests.Support;

namespace Smplat.Tests.Cli;

/// <summary>The manners of the command line: help, hints, where errors go, and what it says when nothing answers.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class MannersTests
{
    [TestCase("")]
    [TestCase("--help")]
    public async Task Without_a_command_it_shows_its_commands_by_subject(string arguments)
    {
        var run = await CliRun.RunAsync(Split(arguments));

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
        Assert.That(run.Output, Does.Contain("Orders and providers:").And.Contain("On this machine:").And.Contain("Examples:"));
        Assert.That(run.Output, Does.Not.Contain("More:"), "list a new command in CommandLine");
        foreach (var command in CommandLine.Build().Subcommands)
        {
            Assert.That(run.Output, Does.Match($@"(?m)^  {command.Name} "));
        }
    }

    [Test]
    public async Task A_group_shows_its_commands_and_examples()
    {
        var run = await CliRun.RunAsync(["jobs"]);

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
        Assert.That(run.Output, Does.Contain("smplat jobs <command>").And.Contain("Take over a job's lease").And.Contain("smplat jobs list"));
    }

    [TestCase("jbos", "smplat has no command \"jbos\". Did you mean jobs?", "smplat --help")]
    [TestCase("jobs dance", "smplat jobs has no command \"dance\".", "smplat jobs --help")]
    [TestCase("jobs history --limmit 5", "smplat jobs history has no option \"--limmit\". Did you mean --limit?", "smplat jobs history --help")]
    [TestCase("jobs history --limit many", "--limit must be a whole number, not \"many\".", "smplat jobs history --help")]
    [TestCase("jobs run", "JOB is missing: Id of the job; smplat jobs list shows them.", "smplat jobs run --help")]
    [TestCase("fulfillment dead-letters show 42", "TASK must be an id (a UUID), not \"42\".", "smplat fulfillment dead-letters show --help")]
    [TestCase("fulfillment dead-letters redrive", "--reason is required: Why; recorded with the task.", "smplat fulfillment dead-letters redrive --help")]
    [TestCase("export offer-events --format xml", "--format must be one of csv, json, ndjson, not \"xml\".", "smplat export offer-events --help")]
    public async Task A_wrong_argument_is_one_line_and_a_hint_on_standard_error(string arguments, string problem, string hint)
    {
        var run = await CliRun.RunAsync(Split(arguments));

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((2, "")));
        var lines = run.Error.Trim().Split('\n');
        Assert.That(lines, Has.Length.EqualTo(2), run.Error);
        Assert.That(lines[0], Is.EqualTo(problem));
        Assert.That(lines[1], Does.Contain($"Run {hint}"));
    }

    [Test]
    public async Task Every_command_has_help_that_fits_80_columns()
    {
        var pages = new StringWriter();
        foreach (var (_, command) in CommandPaths.Leaves(CommandLine.Build()))
        {
            new HelpPage(pages, 80).Write(command);
        }

        // Examples are for copying, so they are not wrapped.
        var wide = pages.ToString().Split('\n').Where(line => line.Length > 80 && !line.StartsWith("  smplat ", StringComparison.Ordinal));
        Assert.That(wide, Is.Empty);
        await Task.CompletedTask;
    }

    [Test]
    public async Task With_no_app_running_one_sentence_says_what_to_do()
    {
        foreach (var command in new[] { "health", "jobs list", "orders show SM000001", "providers list", "logs tail", "open ops", "check observability" })
        {
            var run = await CliRun.RunAsync([.. Split(command), "--base-url", "http://127.0.0.1:1"]);

            Assert.That((run.ExitCode, run.Output), Is.EqualTo((1, "")), command);
            Assert.That(
                run.Error.Trim(),
                Is.EqualTo("No app answers at http://127.0.0.1:1: start one with \"dotnet run --project Smplat.Functions\", or name another with --base-url."));
        }
    }

    [Test]
    public async Task The_app_of_another_local_folder_is_found_through_its_setting()
    {
        using var folder = TestFolder.Create(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        new Smplat.LocalHost.LocalServices.RunningApp(1, "http://127.0.0.1:2", "Host=127.0.0.1;Port=1;Timeout=1", null, DateTimeOffset.UnixEpoch).Write(folder.Path);

        var run = await CliRun.RunAsync(["health"], new Dictionary<string, string> { ["SMPLAT_LOCAL_FOLDER"] = folder.Path });

        Assert.That(run.Error, Does.Contain("No app answers at http://127.0.0.1:2"));
    }

    [Test]
    public void Job_ids_are_completed_and_are_those_of_the_app()
    {
        var known = typeof(Timers).GetMethods()
            .SelectMany(method => method.GetCustomAttributes(typeof(RunsJobAttribute), false).Cast<RunsJobAttribute>())
            .Select(job => job.JobId);

        Assert.That(Suggestions("jobs run "), Is.SupersetOf(known), "add it to JobIds");
        Assert.That(Suggestions("jobs history --job week"), Is.EqualTo(new[] { "weekly-digest" }));
    }

    [TestCase("logs tail --provider ", "KROGER_API")]
    [TestCase("trigger check", "checkout.session.completed")]
    [TestCase("notifications preview weekly", "weekly_digest")]
    [TestCase("fulfillment dead-letters list --type follower", "follower_growth")]
    [TestCase("job", "jobs")]
    public void Words_are_completed(string line, string expected) => Assert.That(Suggestions(line), Does.Contain(expected));

    [TestCase("bash")]
    [TestCase("zsh")]
    [TestCase("fish")]
    [TestCase("pwsh")]
    public async Task A_completion_script_is_printed_for_a_shell(string shell)
    {
        var run = await CliRun.RunAsync(["completion", shell]);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Contain("smplat \"[suggest:"));
    }

    [Test]
    [Platform("Linux")]
    public async Task Bash_completes_with_the_script()
    {
        using var folder = TestFolder.Create(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var script = Path.Combine(folder.Path, "complete.bash");
        await File.WriteAllTextAsync(script, $$"""
            smplat() { dotnet "{{CliRun.Program}}" "$@"; }
            source <(smplat completion bash)
            COMP_LINE="smplat jobs run week" COMP_POINT=20 COMP_WORDS=(smplat jobs run week) COMP_CWORD=3
            _smplat
            echo "${COMPREPLY[@]}"
            """);
        using var bash = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("bash", [script]) { RedirectStandardOutput = true })!;

        Assert.That((await bash.StandardOutput.ReadToEndAsync()).Trim(), Is.EqualTo("weekly-digest"));
        await bash.WaitForExitAsync();
    }

    private static IEnumerable<string> Suggestions(string line) =>
        CommandLine.Build().Parse(line).GetCompletions(line.Length).Select(item => item.InsertText ?? item.Label);

    private static string[] Split(string command) => command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
