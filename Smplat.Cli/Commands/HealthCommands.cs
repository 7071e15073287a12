using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat health</c>: the readiness of every component. Exit code 0 when ready, else 1.</summary>
public sealed class HealthCommands : ICommandModule
{
    public void AddTo(RootCommand root)
    {
        var health = new CliCommand(
            "health", "Show the readiness of every component; exit code 1 unless the app is ready.", "smplat health", "smplat health --json")
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
        var table = new TextTable("The app reports no components.", "component", "status", "~detail", "last success", "last error");
        foreach (var component in report.GetProperty("components").EnumerateObject())
        {
            table.Add(
                component.Name,
                component.Value.Text("status"),
                component.Value.Text("detail"),
                component.Value.Text("last_success_at"),
                component.Value.Text("last_error_at"));
        }

        table.Write();
        Terminal.Out.MarkupLine($"The app is {(status == "error" ? "in " : "")}{Paint.Status(status)}.");
    }
}
