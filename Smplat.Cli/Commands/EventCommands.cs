using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat events</c>: events that ingestion rejected, through the app.</summary>
public sealed class EventCommands : ICommandModule
{
    private const string Path = "/api/v1/operators/analytics/rejected-events";

    private static readonly Option<string?> Code = new("--code") { Description = "Only events rejected with this code, such as unknown_event_type." };

    private static readonly Option<int> ListLimit = new("--limit") { Description = "Maximum number of events, 1 to 500.", DefaultValueFactory = _ => 100 };

    private static readonly Option<int> ReplayLimit = new("--limit") { Description = "Maximum number of events.", DefaultValueFactory = _ => 1_000 };

    public void AddTo(RootCommand root)
    {
        var list = new CliCommand(
            "rejected",
            "List rejected events that wait for a replay, oldest first.",
            "smplat events rejected --code unknown_event_type --limit 20")
        { Code, ListLimit, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout };
        list.SetWork(ListAsync);
        var replay = new CliCommand(
            "replay",
            "Apply the current rules to rejected events again; safe to repeat.",
            "smplat events replay --code unknown_event_type --dry-run",
            "smplat events replay --code unknown_event_type --yes")
        { Code, ReplayLimit, Confirmation.DryRun, Confirmation.Yes, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout };
        replay.SetWork(ReplayAsync);
        root.Subcommands.Add(new Command("events", "Storefront events that were rejected.") { list, replay });
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var page = await api.GetAsync(ApiPath.Of(Path, ("code", parsed.GetValue(Code)), ("limit", parsed.GetValue(ListLimit))), cancellationToken);
        return parsed.Show(page, () =>
        {
            TableOf(page).Write();
            if (page.Text("next_cursor").Length > 0)
            {
                Console.WriteLine("There are more; raise --limit or pass --code.");
            }
        });
    }

    private static TextTable TableOf(JsonElement page)
    {
        var table = new TextTable("No rejected event waits.", "event id", "code", "field", "#seen", "last seen", "~reason");
        foreach (var row in page.GetProperty("events").EnumerateArray())
        {
            table.Add(row.Text("event_id"), row.Text("code"), row.Text("field"), row.Text("seen"), row.Text("last_seen_at"), row.Text("reason"));
        }

        return table;
    }

    private static async Task<int> ReplayAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(ReplayLimit) < 1)
        {
            throw new UsageException("--limit must be 1 or more.");
        }

        using var api = ApiOptions.Connect(parsed);
        var about = parsed.GetValue(Code) is { } code ? $"events rejected with {code}" : "rejected events";
        if (parsed.GetValue(Confirmation.DryRun))
        {
            var page = await api.GetAsync(
                ApiPath.Of(Path, ("code", parsed.GetValue(Code)), ("limit", Math.Min(500, parsed.GetValue(ReplayLimit)))), cancellationToken);
            return parsed.Show(page, () =>
            {
                TableOf(page).Write();
                var count = page.GetProperty("events").GetArrayLength();
                var more = page.Text("next_cursor").Length > 0 ? " or more" : "";
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count}{more} would be tried again; nothing was changed."));
            });
        }

        if (!await Confirmation.AskAsync(
            parsed, string.Create(CultureInfo.InvariantCulture, $"This tries up to {parsed.GetValue(ReplayLimit)} {about} again"), cancellationToken))
        {
            return CommandLine.Failed;
        }

        var report = await api.PostAsync($"{Path}/replay", new { code = parsed.GetValue(Code), limit = parsed.GetValue(ReplayLimit) }, cancellationToken);
        return parsed.Show(
            report,
            $"Tried {report.Text("tried")}: stored {report.Text("stored")}, rejected again {report.Text("refused_again")}, rejected by the database {report.Text("refused_by_database")}.",
            report.GetProperty("refused_by_database").GetInt64() == 0 ? 0 : CommandLine.Failed);
    }
}
