using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat auth</c>: lockouts of sign-ins, and the record of refused requests.</summary>
public sealed class AuthCommands : ICommandModule
{
    private const string Lockout = "/api/v1/operators/auth/lockout";
    private const string Events = "/api/v1/security/access-events";

    private static readonly Argument<string> Identifier = new("identifier") { Description = "What the member signs in with, such as a mail address." };

    private static readonly Option<string> Reason = new("--reason") { Description = "Why, at most 500 characters; recorded with the name.", Required = true };

    private static readonly Option<string> By = new("--by") { Description = "Who lifts it.", DefaultValueFactory = _ => Environment.UserName };

    private static readonly Option<string[]> Decisions = new("--decision")
    {
        Description = "Only these decisions: allowed, denied, redirected or rate_limited. Can be repeated.",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<int> Limit = new("--limit") { Description = "Events to show, 1 to 200.", DefaultValueFactory = _ => 50 };

    public void AddTo(RootCommand root)
    {
        var show = new CliCommand(
            "show",
            "Show failures and locks of an identifier by address, and who lifted locks.",
            "smplat auth lockout show ada@example.com")
        {
            Identifier, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout,
        };
        show.SetWork(ShowAsync);
        var lift = new CliCommand(
            "lift",
            "Lift all locks of an identifier and forget its failures.",
            "smplat auth lockout lift ada@example.com --reason \"the member called\" --by on-call")
        {
            Identifier, Reason, By, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout,
        };
        lift.SetWork(LiftAsync);
        var events = new CliCommand(
            "events",
            "List refused requests and operators' changes, newest first.",
            "smplat auth events --decision denied --limit 20",
            "smplat auth events --json")
        {
            Decisions, Limit, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout,
        };
        events.SetWork(ListAsync);
        root.Subcommands.Add(new Command("auth", "Sign-ins and access.")
        {
            new Command("lockout", "Lockouts of sign-ins at the storefront.") { show, lift },
            events,
        });
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var review = await api.GetAsync($"{Lockout}?identifier={Uri.EscapeDataString(parsed.GetValue(Identifier)!)}", cancellationToken);
        return parsed.Show(review, () => Print(review));
    }

    private static async Task<int> LiftAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var answer = await api.PostAsync(
            $"{Lockout}/lift",
            new { identifier = parsed.GetValue(Identifier), actor = parsed.GetValue(By), reason = parsed.GetValue(Reason) },
            cancellationToken);
        return parsed.Show(answer, string.Create(CultureInfo.InvariantCulture, $"Locks lifted: {answer.GetProperty("locks").GetInt32()}."));
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(Limit) is < 1 or > 200)
        {
            throw new UsageException("--limit must be 1 to 200.");
        }

        using var api = ApiOptions.Connect(parsed);
        var only = string.Concat(parsed.GetValue(Decisions)!.Select(decision => $"&decisions={Uri.EscapeDataString(decision)}"));
        var events = await api.GetAsync(string.Create(CultureInfo.InvariantCulture, $"{Events}?limit={parsed.GetValue(Limit)}{only}"), cancellationToken);
        return parsed.Show(events, () => PrintEvents(events));
    }

    private static void Print(JsonElement review)
    {
        AnsiConsole.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"{review.GetProperty("identifier").GetString()}: {(review.GetProperty("is_locked").GetBoolean() ? "locked" : "not locked")}");
        var entries = new Table().AddColumns("address", "locked until", "failures", "window since", "known until");
        foreach (var entry in review.GetProperty("entries").EnumerateArray())
        {
            entries.AddRow(
                entry.Cell("source"),
                entry.GetProperty("is_locked").GetBoolean() ? entry.Text("locked_until") : "",
                entry.Cell("failures"), entry.Cell("window_started_at"), entry.Text("known_until"));
        }

        AnsiConsole.Write(entries);
        foreach (var lift in review.GetProperty("lifts").EnumerateArray())
        {
            AnsiConsole.MarkupLineInterpolated(
                CultureInfo.InvariantCulture,
                $"{lift.Text("lifted_at")}: {lift.Text("actor")} lifted {lift.Text("locks")}: {lift.Text("reason")}");
        }
    }

    private static void PrintEvents(JsonElement events)
    {
        var table = new Table().AddColumns("at", "decision", "reason", "tier", "route", "status", "who", "times", "trace");
        foreach (var entry in events.EnumerateArray())
        {
            table.AddRow(
                entry.Cell("created_at"), entry.Cell("decision"), entry.Cell("reason"), entry.Cell("required_tier"),
                Markup.Escape($"{entry.Text("method")} {entry.Text("route")}".Trim()), entry.Cell("status"), Markup.Escape(Who(entry)),
                entry.Cell("occurrences"), entry.Cell("trace_id"));
        }

        AnsiConsole.Write(table);
    }

    private static string Who(JsonElement entry) =>
        string.Join(' ', new[] { entry.Text("key_name"), entry.Text("user_id"), entry.Text("subject_email") }.Where(part => part.Length > 0));
}
