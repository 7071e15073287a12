using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Smplat.Core.Commerce;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Commerce.Scoring;
using Spectre.Console;

namespace Smplat.Cli.Commands.Commerce;

/// <summary><c>smplat commerce replay</c>: yesterday's orders with other weights.</summary>
internal static class ReplayCommand
{
    private static readonly Option<string> Since = new("--since")
    {
        Description = "Decisions from here on: 24h, 7d or an ISO instant.",
        DefaultValueFactory = _ => "24h",
    };

    private static readonly Option<string?> Until = new("--until") { Description = "Decisions before this. Default: now." };

    private static readonly Option<string> Weights = new("--weights")
    {
        Description = "Weights to try, for example price=0.5,commission=0.1. What is not named stays as it is set.",
        DefaultValueFactory = _ => "",
    };

    private static readonly Option<string> Rule = new("--rule")
    {
        Description = "Rule to try: canonical, comparable, anchored, centered, fair or all. Default: as it is set.",
        DefaultValueFactory = _ => "",
    };

    private static readonly Option<ReplayFormat> Format = new("--format")
    {
        Description = "text, json or csv.",
        DefaultValueFactory = _ => ReplayFormat.Text,
    };

    public static Command Build()
    {
        var command = new Command("replay", "Make stored decisions again with other weights, and see what would change.")
        {
            Since, Until, Weights, Rule, Format,
        };
        command.SetWork(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = CliServices.Create(parsed, services => services.AddCommerce());
        var now = TimeProvider.System.GetUtcNow();
        var since = SinceText.Parse(parsed.GetValue(Since)!, now, "--since");
        var until = parsed.GetValue(Until) is { } text ? SinceText.Parse(text, now, "--until") : now;
        var weights = ScoreWeights.Parse(
            parsed.GetValue(Weights)!, services.GetRequiredService<IOptionsMonitor<ScoringOptions>>().CurrentValue.ToWeights())
            ?? throw new UsageException("--weights: priority, price, speed, availability, commission and reliability with values from 0 to 100.");
        var tally = new DecisionReplay(weights, RuleOf(parsed, services));
        var format = parsed.IsJson() ? ReplayFormat.Json : parsed.GetValue(Format);
        await ReadAsync(services.GetRequiredService<EdgeLogStore>(), tally, since, until, format, cancellationToken);
        Print(tally.ToReport(), format);
        return tally.Decisions > 0 ? 0 : CliCommand.Fail("No decision is stored for that window.", CommandLine.Failed);
    }

    private static ScoreRule RuleOf(ParseResult parsed, ServiceProvider services)
    {
        var name = parsed.GetValue(Rule)!;
        if (name.Length == 0)
        {
            return services.GetRequiredService<IOptionsMonitor<ScoringOptions>>().CurrentValue.ToRule();
        }

        return ScoreRule.All.Where(entry => entry.Name == name).Select(entry => entry.Rule).FirstOrDefault()
            ?? throw new UsageException($"--rule: \"{name}\" is not one of {string.Join(", ", ScoreRule.All.Select(entry => entry.Name))}.");
    }

    private static async Task ReadAsync(
        EdgeLogStore archive, DecisionReplay tally, DateTimeOffset since, DateTimeOffset until, ReplayFormat format, CancellationToken cancellationToken)
    {
        if (format != ReplayFormat.Text)
        {
            await AddAllAsync(archive, tally, since, until, _ => { }, cancellationToken);
            return;
        }

        var count = await archive.CountDecisionsAsync(since, until, cancellationToken);
        await AnsiConsole.Progress().StartAsync(async progress =>
        {
            var task = progress.AddTask("Decisions", maxValue: Math.Max(1, count));
            await AddAllAsync(archive, tally, since, until, added => task.Value = added, cancellationToken);
            task.Value = task.MaxValue;
        });
    }

    private static async Task AddAllAsync(
        EdgeLogStore archive, DecisionReplay tally, DateTimeOffset since, DateTimeOffset until, Action<long> report, CancellationToken cancellationToken)
    {
        const int step = 1000;
        await foreach (var decision in archive.ReadDecisionsAsync(since, until, cancellationToken))
        {
            tally.Add(decision.Decision);
            if (tally.Decisions % step == 0)
            {
                report(tally.Decisions);
            }
        }
    }

    private static void Print(DecisionReplayReport report, ReplayFormat format)
    {
        switch (format)
        {
            case ReplayFormat.Json:
                AnsiConsole.Profile.Out.Writer.WriteLine(JsonSerializer.Serialize(report, RoutingJson.Default.DecisionReplayReport));
                break;
            case ReplayFormat.Csv:
                AnsiConsole.Profile.Out.Writer.Write(ReplayCsv.Of(report));
                break;
            case ReplayFormat.Text:
            default:
                ReplayCharts.Write(AnsiConsole.Console, report);
                break;
        }
    }
}

internal enum ReplayFormat
{
    Text,
    Json,
    Csv,
}
