using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Smplat.Cli.Commands.Api;
using Spectre.Console;

namespace Smplat.Cli.Commands.Keys;

/// <summary><c>smplat keys</c>: who opened what.</summary>
public sealed class KeyCommands : ICommandModule
{
    private static readonly Option<int> UnusedDays = new("--unused-days")
    {
        Description = "Days without use from which on a key counts as unused, 1 to 400.",
        DefaultValueFactory = _ => 30,
    };

    public void AddTo(RootCommand root)
    {
        var review = new Command("review", "Access review: what every key was used for, which are unused, and what was refused.")
        {
            UnusedDays, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout,
        };
        review.SetWork(ReviewAsync);
        root.Subcommands.Add(new Command("keys", "API keys.") { review });
    }

    private static async Task<int> ReviewAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(UnusedDays) is < 1 or > 400)
        {
            throw new UsageException("--unused-days must be 1 to 400.");
        }

        using var api = ApiOptions.Connect(parsed);
        var report = await api.GetAsync(
            string.Create(CultureInfo.InvariantCulture, $"/api/v1/operators/keys/review?unused_days={parsed.GetValue(UnusedDays)}"),
            cancellationToken);
        return parsed.Show(report, () => Print(report));
    }

    private static void Print(JsonElement report)
    {
        var keys = new Table().AddColumns("setting", "fingerprint", "opens", "used for", "uses", "last used");
        foreach (var key in report.GetProperty("keys").EnumerateArray())
        {
            keys.AddRow(
                Text(key, "setting"), Text(key, "fingerprint"), List(key, "scopes"), List(key, "used_scopes"), Text(key, "uses"),
                key.GetProperty("is_unused").GetBoolean() ? "[yellow]not in this time[/]" : Text(key, "last_used_at"));
        }

        AnsiConsole.Write(keys);
        Print("Keys that are gone", report.GetProperty("retired"));
        Print("Refused", report.GetProperty("refused"));
        foreach (var finding in report.GetProperty("findings").EnumerateArray())
        {
            AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[yellow]-[/] {finding.GetString()}");
        }
    }

    private static void Print(string title, JsonElement uses)
    {
        if (uses.GetArrayLength() == 0)
        {
            return;
        }

        var table = new Table().Title(title).AddColumns("key", "fingerprint", "asked for", "outcome", "times", "first", "last");
        foreach (var use in uses.EnumerateArray())
        {
            table.AddRow(
                Text(use, "key_name"), Text(use, "fingerprint"), Text(use, "scope"), Text(use, "outcome"), Text(use, "uses"),
                Text(use, "first_used_at"), Text(use, "last_used_at"));
        }

        AnsiConsole.Write(table);
    }

    private static string Text(JsonElement element, string member) => element.GetProperty(member) is var value
        && member.EndsWith("_at", StringComparison.Ordinal) && value.ValueKind == JsonValueKind.String
            ? value.GetDateTimeOffset().ToString("u", CultureInfo.InvariantCulture)
            : Markup.Escape(value.ToString());

    private static string List(JsonElement element, string member) =>
        Markup.Escape(string.Join(", ", element.GetProperty(member).EnumerateArray()));
}
