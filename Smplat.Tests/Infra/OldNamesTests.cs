using System.Text.RegularExpressions;
using Smplat.Cli;
using Smplat.Cli.Commands;
using Smplat.Tests.Support;

namespace Smplat.Tests.Infra;

/// <summary>Whoever knows a name of the earlier runbooks finds what to use here, on the page and with <c>smplat help</c>.</summary>
[Parallelizable]
public sealed partial class OldNamesTests
{
    private static readonly string[] Names =
    [
        .. File.ReadAllLines(Path.Combine(InfraFiles.Runbooks, "old-names.txt")).Where(line => line.Length > 0 && line[0] != '#'),
    ];

    private static readonly string Page = File.ReadAllText(Path.Combine(InfraFiles.Runbooks, "README.md"));

    [Test]
    public void Every_old_name_has_one_row_and_every_row_is_an_old_name()
    {
        var rows = OldNames.Read(Page).Select(row => row.Old).ToArray();

        Assert.That(Names, Has.Length.GreaterThan(100).And.Unique);
        Assert.That(Names.Except(rows), Is.Empty, "without a row in docs/runbooks/README.md");
        Assert.That(rows.Except(Names), Is.Empty, "missing from docs/runbooks/old-names.txt");
        Assert.That(rows, Is.Unique);
    }

    [Test]
    public void The_command_line_has_the_table_of_the_page() =>
        Assert.That(OldNames.All, Is.EqualTo(OldNames.Read(Page)));

    [TestCaseSource(nameof(Names))]
    public void The_name_is_found(string name) =>
        Assert.That(OldNames.Find(name).Select(row => row.Old), Does.Contain(name).And.Exactly(1).Items);

    /// <summary>Commands and links on the page are checked by <see cref="OperatorPageTests"/>; these are the other kinds.</summary>
    [Test]
    public void What_a_row_names_exists()
    {
        var settings = File.ReadAllText(Path.Combine(Repository.Root, "docs", "settings.md"));
        var sources = string.Concat(Repository.ProductFiles("*.cs").Select(File.ReadAllText));

        Assert.Multiple(() =>
        {
            Assert.That(Mentions(FilePath()).Where(path => !Path.Exists(Path.Combine(Repository.Root, path))), Is.Empty, "files");
            Assert.That(
                Names.Where(name => SettingName().IsMatch(name)).Where(name => !settings.Contains($"`{name}`", StringComparison.Ordinal)), Is.Empty, "settings");
            Assert.That(
                Mentions(MetricName()).Where(metric => !sources.Contains(metric, StringComparison.Ordinal) && !metric.StartsWith("smplat_catalog_scheduler_", StringComparison.Ordinal)),
                Is.Empty,
                "metrics");
        });
    }

    [TestCase("python tooling/scripts/check_observability.py --base-url https://x --api-key k", "tooling/scripts/check_observability.py")]
    [TestCase("export_offer_events", "tooling/scripts/export_offer_events.py")]
    [TestCase("SUPABASE  secrets SET", "supabase secrets set")]
    [TestCase("--lookback-days", "--lookback-days")]
    [TestCase("supabase secrets set LOOPGPT_ENABLE_KROGER=false", "supabase secrets set")]
    public void A_part_and_a_whole_command_line_lead_to_the_row(string asked, string name) =>
        Assert.That(OldNames.Find(asked).Select(row => row.Old), Does.Contain(name));

    [Test]
    public async Task Help_answers_old_names_and_commands()
    {
        var old = await CliRun.RunAsync(["help", "tooling/scripts/run_weekly_digest.py"]);
        var option = await CliRun.RunAsync(["help", "--lookback-days"]);
        var command = await CliRun.RunAsync(["help", "jobs", "run"]);
        var json = await CliRun.RunAsync(["help", "loopgpt.router.error_rate", "--json"]);
        var unknown = await CliRun.RunAsync(["help", "dance"]);

        Assert.That((old.ExitCode, option.ExitCode, command.ExitCode, unknown.ExitCode), Is.EqualTo((0, 0, 0, CommandLine.Failed)));
        Assert.That(old.Output, Does.Contain("smplat digest run (docs/runbooks/weekly-digest.md)").Or.Contain("smplat digest run"));
        Assert.That(option.Output, Does.Contain("smplat export offer-events"));
        Assert.That(command.Output, Does.Contain("smplat jobs run onboarding-nudges"));
        Assert.That(json.Json.EnumerateArray().Single().GetProperty("here").GetString(), Does.Contain("loopgpt_router_error_rate"));
        Assert.That(unknown.Error, Does.Contain("docs/runbooks/README.md"));
    }

    private static IEnumerable<string> Mentions(Regex kind) =>
        OldNames.Read(Page).SelectMany(row => kind.Matches(row.Here)).Select(match => match.Value).Distinct();

    [GeneratedRegex(@"\b(?:Smplat\.\w+/|infra/|docs/)[\w./-]*\w")]
    private static partial Regex FilePath();

    [GeneratedRegex("^[A-Z][A-Z0-9]*_[A-Z0-9_]+$")]
    private static partial Regex SettingName();

    [GeneratedRegex(@"\b(?:loopgpt|smplat)_[a-z0-9]+_[a-z0-9_]*(?:total|rate|ms|pct|failures)\b")]
    private static partial Regex MetricName();
}
