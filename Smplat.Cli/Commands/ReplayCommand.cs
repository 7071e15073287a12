using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Smplat.Core.Commerce;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Commerce.Scoring;
using Spectre.Console;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat commerce replay</c>: repeats stored decisions with other weights.</summary>
internal static class ReplayCommand
{
    private static readonly Option<string> Since = new("--since")
    {
        Description = $"Only decisions from this time on: {PointInTime.Forms}.",
        DefaultValueFactory = _ => "24h",
    };

    private static readonly Option<string?> Until = new("--until") { Description = "Only decisions before this time. Default: now." };

    private static readonly Option<string> Weights = new("--weights")
    {
        Description = "Weights to try, for example price=0.5,commission=0.1. Other weights keep their configured value.",
        DefaultValueFactory = _ => "",
    };

    private static readonly Option<string> Rule = new("--rule")
    {
        Description = "Rule to try: canonical, comparable, anchored, centered, fair or all. Default: the configured rule.",
        DefaultValueFactory = _ => "",
    };

    private static readonly Option<ReplayFormat> Format = new("--format")
    {
        Description = "Format: text, json or csv.",
        DefaultValueFactory = _ => ReplayFormat.Text,
    };

    public static Command Build()
    {
        var command = new CliCommand(
            "replay",
            "Repeat stored decisions with other weights and show what would change.",
            "smplat commerce replay --since 24h --weights price=0.5,commission=0.1")
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
        var since = PointInTime.Parse(parsed.GetValue(Since)!, now, "--since");
        var until = parsed.GetValue(Until) is { } text ? PointInTime.Parse(text, now, "--until") : now;
        var weights = ScoreWeights.Parse(
            parsed.GetValue(Weights)!, services.GetRequiredService<IOptionsMonitor<ScoringOptions>>().CurrentValue.ToWeights())
            ?? throw new UsageException("--weights takes priority, price, speed, availability, commission and reliability, each 0 to 100.");
        var tally = new DecisionReplay(weights, RuleOf(parsed, services));
        var format = parsed.IsJson() ? ReplayFormat.Json : parsed.GetValue(Format);
        await ReadAsync(services.GetRequiredService<EdgeLogStore>(), tally, since, until, format, cancellationToken);
        Print(tally.ToReport(), format);
        return tally.Decisions > 0 ? 0 : CliCommand.Fail("No decisions are stored for this period.");
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
        EdgeLogStore decisions, DecisionReplay tally, DateTimeOffset since, DateTimeOffset until, ReplayFormat format, CancellationToken cancellationToken)
    {
        if (format != ReplayFormat.Text)
        {
            await AddAllAsync(decisions, tally, since, until, _ => { }, cancellationToken);
            return;
        }

        var count = await decisions.CountDecisionsAsync(since, until, cancellationToken);
        await AnsiConsole.Progress().StartAsync(async progress =>
        {
            var task = progress.AddTask("Decisions", maxValue: Math.Max(1, count));
            await AddAllAsync(decisions, tally, since, until, added => task.Value = added, cancellationToken);
            task.Value = task.MaxValue;
        });
    }

    private static async Task AddAllAsync(
        EdgeLogStore decisions, DecisionReplay tally, DateTimeOffset since, DateTimeOffset until, Action<long> report, CancellationToken cancellationToken)
    {
        const int step = 1000;
        await foreach (var decision in decisions.ReadDecisionsAsync(since, until, cancellationToken))
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

/// <summary>A replay for people: a table of averages, and each provider's share before and after.</summary>
internal static class ReplayCharts
{
    public static void Write(IAnsiConsole console, DecisionReplayReport report)
    {
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Decisions} decisions, {report.Changed} ({report.ChangedPercent} %) would go to another provider."));
        console.Write(Averages(report));
        console.Write(Shares("Share of orders as routed, percent", report, share => share.BeforePercent, Color.Grey));
        console.Write(Shares("Share of orders as replayed, percent", report, share => share.AfterPercent, Color.Green));
    }

    private static Table Averages(DecisionReplayReport report)
    {
        var table = new Table().AddColumns("per order", "as routed", "as replayed", "change");
        Row("price, cents", report.Before.TotalCents, report.After.TotalCents);
        Row("delivery, minutes", report.Before.DeliveryMinutes, report.After.DeliveryMinutes);
        Row("commission, cents", report.Before.CommissionCents, report.After.CommissionCents);
        return table;

        void Row(string name, decimal before, decimal after) => table.AddRow(
            name, Text(before), Text(after), (after - before).ToString("+0.##;-0.##;0", CultureInfo.InvariantCulture));
    }

    private static BarChart Shares(string label, DecisionReplayReport report, Func<ProviderShare, decimal> value, Color color)
    {
        var chart = new BarChart().Width(72).Label(label).LeftAlignLabel().WithMaxValue(100);
        foreach (var share in report.Providers)
        {
            chart.AddItem(share.Provider.ToWire(), (double)value(share), color);
        }

        return chart;
    }

    private static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A replay as CSV rows: figure, before, after.</summary>
internal static class ReplayCsv
{
    public static string Of(DecisionReplayReport report)
    {
        var text = new StringBuilder("figure,before,after\n");
        Row("decisions", report.Decisions, report.Decisions);
        Row("changed", 0, report.Changed);
        Row("average_total_cents", report.Before.TotalCents, report.After.TotalCents);
        Row("average_delivery_minutes", report.Before.DeliveryMinutes, report.After.DeliveryMinutes);
        Row("average_commission_cents", report.Before.CommissionCents, report.After.CommissionCents);
        foreach (var share in report.Providers)
        {
            Row($"share_{share.Provider.ToWire()}_percent", share.BeforePercent, share.AfterPercent);
        }

        return text.ToString();

        void Row(string figure, decimal before, decimal after) =>
            text.Append(CultureInfo.InvariantCulture, $"{figure},{before},{after}\n");
    }
}
