using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat commerce</c>: the decisions of the grocery router.</summary>
public sealed class CommerceCommands : ICommandModule
{
    public void AddTo(RootCommand root) =>
        root.Subcommands.Add(new Command("commerce", "Decisions of the grocery router: repeat them, compare weights.")
        {
            ReplayCommand.Build(), ExperimentCommand.Build(),
        });
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
            Name, Since, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout,
        };
        command.SetWork(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var since = PointInTime.Parse(parsed.GetValue(Since)!, TimeProvider.System.GetUtcNow(), "--since");
        using var api = ApiOptions.Connect(parsed);
        JsonElement report;
        try
        {
            report = await api.GetAsync(
                ApiPath.Of("/api/v1/operators/commerce/experiment", ("name", parsed.GetValue(Name)), ("since", since)), cancellationToken);
        }
        catch (ApiException exception) when (exception.Status == 404)
        {
            throw new UsageException("No experiment is configured; pass --name.");
        }

        return parsed.Show(report, () => Print(report), report.Text("verdict") == "guardrail_breached" ? CommandLine.Failed : 0);
    }

    private static void Print(JsonElement report)
    {
        var table = new TextTable(
            "It has no decisions yet.", "arm", "#decisions", "#price, cents", "#minutes", "#commission, cents", "#confirmed, %", "rating");
        foreach (var arm in report.GetProperty("arms").EnumerateArray())
        {
            table.Add(
                arm.Text("arm"),
                arm.Text("decisions"),
                Number(arm, "average_total_cents"),
                Number(arm, "average_minutes"),
                Number(arm, "average_commission_cents"),
                Number(arm, "confirmed_percent"),
                Number(arm, "average_rating") is { Length: > 0 } rating ? $"{rating} of {arm.Text("ratings")}" : "-");
        }

        table.Write();
        Console.WriteLine($"{report.Text("name")}: {Words(report)}.");
    }

    private static string Words(JsonElement report) => report.Text("verdict") switch
    {
        "insufficient_sample" => $"no verdict yet: each arm needs {report.Text("min_sample")} decisions",
        "guardrail_breached" => "stop it: price, confirmations or ratings are worse than the guardrail allows",
        "better" => "the variant is better",
        "worse" => "the variant is worse",
        _ => "no significant difference",
    };

    private static string Number(JsonElement element, string member) =>
        element.GetProperty(member) is { ValueKind: JsonValueKind.Number } number ? number.GetDecimal().ToString("0.##", CultureInfo.InvariantCulture) : "";
}
