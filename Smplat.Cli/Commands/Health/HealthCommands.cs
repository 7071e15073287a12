using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Smplat.Cli.Commands.Api;
using Spectre.Console;

namespace Smplat.Cli.Commands.Health;

/// <summary><c>smplat health</c>: readiness of every component. Exit code 0 when ready, 1 otherwise.</summary>
public sealed class HealthCommands : ICommandModule
{
    public void AddTo(RootCommand root)
    {
        var health = new Command("health", "Readiness of every component; exit code 1 unless the app is ready.")
        {
            ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout,
        };
        health.SetWork(ShowAsync);
        root.Subcommands.Add(health);
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var report = await api.GetAsync("/api/v1/health/readyz", cancellationToken);
        var status = report.GetProperty("status").GetString()!;
        return parsed.Show(report, () => Print(report, status), status == "ready" ? 0 : CommandLine.Failed);
    }

    private static void Print(JsonElement report, string status)
    {
        var table = new Table().AddColumns("component", "status", "detail", "last success", "last error");
        foreach (var component in report.GetProperty("components").EnumerateObject())
        {
            table.AddRow(
                Markup.Escape(component.Name),
                Paint(component.Value.GetProperty("status").GetString()!),
                Cell(component.Value, "detail"),
                Cell(component.Value, "last_success_at"),
                Cell(component.Value, "last_error_at"));
        }

        AnsiConsole.Write(table);
        AnsiConsole.MarkupLine($"The app is {(status == "error" ? "in " : "")}{Paint(status)}.");
    }

    private static string Cell(JsonElement component, string member) =>
        component.GetProperty(member) is var value && value.ValueKind == JsonValueKind.Null ? ""
        : member.EndsWith("_at", StringComparison.Ordinal) && value.TryGetDateTimeOffset(out var instant)
            ? instant.ToString("u", CultureInfo.InvariantCulture)
            : Markup.Escape(value.GetString()!);

    private static string Paint(string status) => status switch
    {
        "ready" => "[green]ready[/]",
        "error" => "[red]error[/]",
        "disabled" => "[grey]disabled[/]",
        _ => $"[yellow]{Markup.Escape(status)}[/]",
    };
}
