using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat keys</c>: what each API key was used for.</summary>
public sealed class KeyCommands : ICommandModule
{
    private static readonly Option<int> UnusedDays = new("--unused-days")
    {
        Description = "A key counts as unused after this many days without use, 1 to 400.",
        DefaultValueFactory = _ => 30,
    };

    public void AddTo(RootCommand root)
    {
        var review = new CliCommand(
            "review",
            "Access review: what each key was used for, which keys are unused, and which attempts were refused.",
            "smplat keys review --unused-days 30",
            "smplat keys review --json")
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
        var keys = new TextTable("No key is configured.", "setting", "fingerprint", "~scopes", "~used for", "#uses", "last used");
        foreach (var key in report.GetProperty("keys").EnumerateArray())
        {
            keys.Add(
                key.Text("setting"), key.Text("fingerprint"), List(key, "scopes"), List(key, "used_scopes"), key.Text("uses"),
                key.GetProperty("is_unused").GetBoolean() ? "unused" : key.Text("last_used_at"));
        }

        keys.Write();
        Print("Removed keys", report.GetProperty("retired"));
        Print("Refused", report.GetProperty("refused"));
        foreach (var finding in report.GetProperty("findings").EnumerateArray())
        {
            Terminal.Out.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[yellow]-[/] {finding.GetString()}");
        }
    }

    private static void Print(string title, JsonElement uses)
    {
        if (uses.GetArrayLength() == 0)
        {
            return;
        }

        var table = new TextTable("", "key", "fingerprint", "scope", "outcome", "#times", "first", "last");
        foreach (var use in uses.EnumerateArray())
        {
            table.Add(
                use.Text("key_name"), use.Text("fingerprint"), use.Text("scope"), use.Text("outcome"), use.Text("uses"),
                use.Text("first_used_at"), use.Text("last_used_at"));
        }

        Console.WriteLine();
        Console.WriteLine($"{title}:");
        table.Write();
    }

    private static string List(JsonElement element, string member) => string.Join(", ", element.GetProperty(member).EnumerateArray());
}
