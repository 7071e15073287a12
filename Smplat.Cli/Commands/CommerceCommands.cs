using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Spectre.Console;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat commerce</c>: the decisions of the grocery router.</summary>
public sealed class CommerceCommands : ICommandModule
{
    public void AddTo(RootCommand root) =>
        root.Subcommands.Add(new Command("commerce", "The grocery router.")
        {
            LogCommand.Build(), ReplayCommand.Build(), ExperimentCommand.Build(),
        });
}

/// <summary><c>smplat commerce log</c>: the newest rows of edge_logs.</summary>
internal static class LogCommand
{
    private static readonly Option<int> Limit = new("--limit") { Description = "Maximum number of rows.", DefaultValueFactory = _ => 100 };

    private static readonly Option<string?> Provider = new("--provider") { Description = "Only rows of this provider, for example KROGER_API or kroger." };

    private static readonly Option<string?> Event = new("--event") { Description = "Only rows with this event, for example provider_quote_error." };

    private static readonly Option<string?> Request = new("--request") { Description = "Only rows with this request id." };

    private static readonly Option<string> Since = new("--since")
    {
        Description = $"Only rows from this time on: {PointInTime.Forms}.",
        DefaultValueFactory = _ => "24h",
    };

    public static Command Build()
    {
        var command = new CliCommand(
            "log", "Show the newest rows of edge_logs.", "smplat commerce log --provider kroger --event provider_quote_error --since 2h")
        { Limit, Provider, Event, Request, Since };
        command.SetWork(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string? provider = null;
        if (parsed.GetValue(Provider) is { } name)
        {
            provider = ProviderIds.TryParse(name, out var id) ? id.ToWire() : throw new UsageException($"--provider: there is no provider \"{name}\".");
        }

        var since = PointInTime.Parse(parsed.GetValue(Since)!, TimeProvider.System.GetUtcNow(), "--since");
        var limit = parsed.GetValue(Limit) is > 0 and <= 100_000 and var most ? most : throw new UsageException("--limit must be 1 to 100000.");
        await using var services = CliServices.Create(parsed, services => services.AddCommerce());
        var lines = await services.GetRequiredService<EdgeLogStore>().ListAsync(
            new EdgeLogQuery(since, provider, parsed.GetValue(Event), parsed.GetValue(Request), limit), cancellationToken);
        return parsed.Show(lines, () => Print(lines));
    }

    private static void Print(IEnumerable<EdgeLogLine> lines)
    {
        foreach (var line in lines)
        {
            AnsiConsole.WriteLine(Format(line));
        }
    }

    private static string Format(EdgeLogLine line)
    {
        var facts = new List<string>
        {
            line.Timestamp.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
            line.Level.ToUpperInvariant(),
            line.Event,
        };
        Add("provider", line.ProviderId);
        Add("ms", line.LatencyMs?.ToString(CultureInfo.InvariantCulture));
        Add("cents", line.TotalCents?.ToString(CultureInfo.InvariantCulture));
        Add("code", line.ErrorCode);
        Add("error", line.Error is null ? null : $"\"{line.Error}\"");
        Add("request", line.RequestId);
        return string.Join(' ', facts);

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                facts.Add($"{name}={value}");
            }
        }
    }
}

/// <summary><c>smplat commerce experiment</c>: the result of an experiment with other scoring weights.</summary>
internal static class ExperimentCommand
{
    private static readonly Option<string?> Name = new("--name") { Description = "Name of the experiment. Default: the one in the settings." };

    private static readonly Option<string> Since = new("--since")
    {
        Description = $"Only decisions from this time on: {PointInTime.Forms}.",
        DefaultValueFactory = _ => "7d",
    };

    public static Command Build()
    {
        var command = new CliCommand(
            "experiment",
            "Show the result of an experiment with other weights; exit code 1 if a guardrail is breached.",
            "smplat commerce experiment --since 7d")
        {
            Name, Since,
        };
        command.SetWork(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = CliServices.Create(parsed, services => services.AddCommerce());
        var since = PointInTime.Parse(parsed.GetValue(Since)!, TimeProvider.System.GetUtcNow(), "--since");
        var report = await services.GetRequiredService<ExperimentReview>()
            .ReadAsync(parsed.GetValue(Name), since, cancellationToken)
            ?? throw new UsageException("No experiment is configured; pass --name.");
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
        Verdict.InsufficientSample => $"no verdict yet: each arm needs {report.MinSample} decisions",
        Verdict.GuardrailBreached => "stop it: price, confirmations or ratings are worse than the guardrail allows",
        Verdict.Better => "the variant is better",
        Verdict.Worse => "the variant is worse",
        _ => "no significant difference",
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
