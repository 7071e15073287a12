using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Analytics;
using Spectre.Console;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat events</c>: events that ingestion rejected.</summary>
public sealed class EventCommands : ICommandModule
{
    private static readonly Option<string?> Code = new("--code") { Description = "Only events rejected with this code, such as unknown_event_type." };

    private static readonly Option<int> Limit = new("--limit") { Description = "Maximum number of events.", DefaultValueFactory = _ => 1_000 };

    public void AddTo(RootCommand root)
    {
        var list = new CliCommand(
            "rejected",
            "List rejected events that wait for a replay.",
            "smplat events rejected --code unknown_event_type --limit 20") { Code, Limit };
        list.SetWork(ListAsync);
        var replay = new CliCommand(
            "replay",
            "Apply the current rules to rejected events again; safe to repeat.",
            "smplat events replay --code unknown_event_type") { Code, Limit };
        replay.SetWork(ReplayAsync);
        root.Subcommands.Add(new Command("events", "Storefront events.") { list, replay });
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        CheckLimit(parsed);
        await using var services = CliServices.Create(parsed, services => services.AddAnalytics());
        var rows = await services.GetRequiredService<RejectedEventStore>().ListAsync(
            "waiting", parsed.GetValue(Code), null, parsed.GetValue(Limit), cancellationToken);
        return parsed.Show(rows, () => Print(rows));
    }

    private static void Print(IEnumerable<RejectedEventRow> rows)
    {
        var table = new Table().AddColumns("event id", "code", "field", "reason", "seen", "last seen");
        foreach (var row in rows)
        {
            table.AddRow(
                row.EventId.ToString(),
                Markup.Escape(row.Code),
                Markup.Escape(row.Field ?? ""),
                Markup.Escape(row.Reason),
                row.Seen.ToString(CultureInfo.InvariantCulture),
                row.LastSeenAt.ToString("u", CultureInfo.InvariantCulture));
        }

        AnsiConsole.Write(table);
    }

    private static async Task<int> ReplayAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        CheckLimit(parsed);
        await using var services = CliServices.Create(parsed, services => services.AddAnalytics());
        var report = await services.GetRequiredService<RejectedEventReplay>().RunAsync(
            parsed.GetValue(Code), parsed.GetValue(Limit), cancellationToken);
        return parsed.Show(
            report,
            string.Create(
                CultureInfo.InvariantCulture,
                $"Tried {report.Tried}: stored {report.Stored}, rejected again {report.RefusedAgain}, rejected by the database {report.RefusedByDatabase}."),
            report.RefusedByDatabase == 0 ? 0 : CommandLine.Failed);
    }

    private static void CheckLimit(ParseResult parsed)
    {
        if (parsed.GetValue(Limit) < 1)
        {
            throw new UsageException("--limit must be 1 or more.");
        }
    }
}
