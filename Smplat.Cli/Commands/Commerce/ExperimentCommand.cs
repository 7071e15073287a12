using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Smplat.Core.Commerce;
using Smplat.Core.Commerce.Experiments;
using Spectre.Console;

namespace Smplat.Cli.Commands.Commerce;

/// <summary><c>smplat commerce experiment</c>: how a trial of other weights goes.</summary>
internal static class ExperimentCommand
{
    private static readonly Option<string?> Name = new("--name") { Description = "Experiment. Default: the running one." };

    private static readonly Option<string> Since = new("--since")
    {
        Description = "Decisions from here on: 24h, 7d or an ISO instant.",
        DefaultValueFactory = _ => "7d",
    };

    public static Command Build()
    {
        var command = new Command("experiment", "How a trial of other weights goes; fails when a guardrail is breached.") { Name, Since };
        command.SetWork(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = CliServices.Create(parsed, services => services.AddCommerce());
        var options = services.GetRequiredService<IOptionsMonitor<ExperimentOptions>>().CurrentValue;
        var name = parsed.GetValue(Name) ?? options.Name ?? throw new UsageException("--name: no experiment is running.");
        var since = SinceText.Parse(parsed.GetValue(Since)!, TimeProvider.System.GetUtcNow(), "--since");
        var arms = await services.GetRequiredService<ExperimentStore>().ReadAsync(name, since, cancellationToken);
        var verdict = VerdictPolicy.Judge(
            arms.FirstOrDefault(arm => arm.Arm == Assignment.Control), arms.FirstOrDefault(arm => arm.Arm == Assignment.Variant), options);
        AnsiConsole.Write(Table(arms));
        AnsiConsole.WriteLine($"Verdict on {name}: {verdict}");
        return verdict == Verdict.GuardrailBreached ? CommandLine.Failed : 0;
    }

    private static Table Table(IReadOnlyList<ArmFigures> arms)
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
                arm.AverageRating is { } rating ? Text(rating) : "-");
        }

        return table;
    }

    private static string Text(decimal value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
