using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Smplat.LocalHost.LocalServices.Processes;
using Smplat.Tests.Support;

namespace Smplat.Tests.Infra;

/// <summary>
/// The tutorial as a newcomer follows it: every <c>bash</c> block is run by a shell, in order, and every start of the app that the
/// page shows starts one, with the settings of that line and the same database.
/// </summary>
public sealed partial class TutorialTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "tutorial.md"));

    private TestDatabase _database = null!;
    private TestFolder _folder = null!;
    private SmplatApp? _app;

    [OneTimeSetUp]
    public async Task Prepare()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("The page is written for a shell.");
            return;
        }

        _database = await TestDatabase.CreateAsync();
        _folder = TestFolder.Create(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [OneTimeTearDown]
    public async Task Remove()
    {
        await (_app?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_database?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder?.Dispose();
    }

    [Test]
    public async Task Every_command_works_and_the_weight_changes_the_winner()
    {
        List<string> answers = [];
        foreach (var block in Blocks().Matches(Page).Select(match => (Language: match.Groups[1].Value, Text: match.Groups[2].Value)))
        {
            if (block.Language == "console" && block.Text.Contains("dotnet run --project Smplat.Functions", StringComparison.Ordinal))
            {
                await StartAsync(block.Text);
            }
            else if (block.Language == "bash")
            {
                answers.Add(await RunAsync(block.Text));
                await LogIsWrittenAsync();
                if (Weights().Match(block.Text) is { Success: true } tried)
                {
                    await PageShowsReplayAsync(tried.Groups[1].Value);
                }
            }
        }

        Assert.That(answers, Has.Count.EqualTo(3));
        Assert.That(Winner(answers[0]), Is.EqualTo("WALMART_API"));
        Assert.That(Winner(answers[2]), Is.EqualTo("MEALME"));
        Assert.That(answers[2], Does.Contain("\"speed\":1,"));
    }

    private Dictionary<string, string> Settings => new()
    {
        ["SMPLAT_DATABASE"] = _database.ConnectionString,
        ["API_BASE_URL"] = _app!.Client.BaseAddress!.ToString().TrimEnd('/'),
    };

    private async Task StartAsync(string command)
    {
        await (_app?.DisposeAsync() ?? ValueTask.CompletedTask);
        var settings = Assignments().Matches(command).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
        settings["SMPLAT_DATABASE"] = _database.ConnectionString;
        _app = await SmplatApp.StartAsync(settings);
    }

    private async Task<string> RunAsync(string commands)
    {
        var script = commands
            .Replace("http://localhost:7071", Settings["API_BASE_URL"], StringComparison.Ordinal)
            .Replace("dotnet run --project Smplat.Cli --", $"dotnet '{CliRun.Program}'", StringComparison.Ordinal);
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", script]) { WorkingDirectory = _folder.Path };
        foreach (var (name, value) in Settings)
        {
            start.Environment[name] = value;
        }

        var run = await LocalCommand.RunAsync(start, TimeSpan.FromMinutes(3), CancellationToken.None);
        Assert.That(run.ExitCode, Is.Zero, run.Output);
        return run.Output;
    }

    private async Task PageShowsReplayAsync(string weights)
    {
        var replay = await CliRun.RunAsync(["commerce", "replay", "--since", "1h", "--weights", weights, "--json"], Settings);

        Assert.That(replay.ExitCode, Is.Zero, replay.Error);
        Assert.That(Page, Does.Contain($"\n{replay.Json.GetProperty("decisions")} decisions, {replay.Json.GetProperty("changed")} ("));
    }

    /// <summary>The lines of the routing log follow an answer within about a second, which a person who types does not notice.</summary>
    private Task LogIsWrittenAsync() => Eventually.BecomesTrueAsync(
        async () => await _database.ReadAsync<long>("select count(*) from edge_logs where event = 'router_decision'")
            >= await _database.ReadAsync<long>("select count(*) from commerce.routing_sessions"),
        "a log line for every decision");

    private static string Winner(string output)
    {
        var line = output.Split('\n').First(text => text.StartsWith("{\"success\":true", StringComparison.Ordinal));
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(line));
        using var answer = JsonDocument.ParseValue(ref reader);
        return answer.RootElement.GetProperty("selectedProvider").GetProperty("id").GetString()!;
    }

    [GeneratedRegex(@"^```(bash|console)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex(@"\b([A-Z][A-Z0-9_]+)=(\S+)")]
    private static partial Regex Assignments();

    [GeneratedRegex(@"--weights (\S+)")]
    private static partial Regex Weights();
}
