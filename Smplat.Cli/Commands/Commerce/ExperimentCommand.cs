using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce;
using Smplat.Core.Commerce.Routing;
using Spectre.Console;

namespace Smplat.Cli.Commands.Commerce;

/// <summary><c>smplat commerce experiment</c>: how a trial of other weights goes.</summary>
internal static class ExperimentCommand
{
    private static readonly Option<string?> Name = new("--name") { Description = "Experiment. Default: the one in the settings." };

    private static readonly Option<string> Since = new("--since")
    {
        Description = "Decisions from here on: 24h, 7d or an ISO instant.",
        DefaultValueFactory = _ => "7d",
    };

    public static Command Build()
    {
        var command = new Command("experiment", "How a trial of other weights goes; fails when a guardrail is breached.")
        {
            Name, Since,
        };
        command.SetWork(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = CliServices.Create(parsed, services => services.AddCommerce());
        var since = SinceText.Parse(parsed.GetValue(Since)!, TimeProvider.System.GetUtcNow(), "--since");
        var report = await services.GetRequiredService<ExperimentReview>()
            .ReadAsync(parsed.GetValue(Name), since, cancellationToken)
            ?? throw new UsageException("--name: no experiment is set.");
        if (parsed.IsJson())
        {
            AnsiConsole.Profile.Out.Writer.WriteLine(JsonSerializer.Serialize(report, RoutingJson.Default.ExperimentReport));
        }
        else
        {
            AnsiConsole.Write(Table(report.Arms));
            AnsiConsole.WriteLine($"{report.Name}: {Words(report)}");
        }

        return report.Verdict == Verdict.GuardrailBreached ? CommandLine.Failed : 0;
    }

    private static string Words(ExperimentReport report) => report.Verdict switch
    {
        Verdict.InsufficientSample => $"no verdict yet, each arm needs {report.MinSample} decisions",
        Verdict.GuardrailBreached => "stop it: shoppers pay more, order less or like it less than the guardrail allows",
        Verdict.Better => "the variant is better",
        Verdict.Worse => "the variant is worse",
        _ => "no difference beyond chance",
    };

    private static Table Table(IReadOnlyList<ArmStats> arms)
    {
        var table = new Table().AddColumns("arm", "decisions", "price, cents", "minutes", "commission, cents", "confirmed, %", "rating");
        foreach (var arm in arms)
        {
            table.AddRow(
                arm.Arm,
                arm.Decisions.ToString(CultureInfo.InvariantCulture),
                Text(arm.AverageTotalCents),
                Text(arm.AverageMinutes),
                Text(arm.AverageCommissionCents),
                Text(arm.ConfirmedPercent),
                arm.AverageRating is { } rating ? $"{Text(rating)} of {arm.Ratings}" : "-");
        }

        return table;
    }

    private static string Text(decimal value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
