using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Smplat.Core.Fulfillment;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat fulfillment dead-letters</c>: tasks that exhausted their retries, through the app.</summary>
internal static class DeadLetterCommands
{
    private const string Path = "/api/v1/operators/fulfillment/dead-letters";

    private static readonly Argument<Guid> Task = new("task") { Description = "Id of the task." };

    private static readonly Option<string?> Type = new("--type") { Description = "Only tasks of this type." };

    private static readonly Option<Guid?> Order = new("--order") { Description = "Only tasks of this order." };

    private static readonly Option<string?> Error = new("--error") { Description = "Only tasks whose last error contains this text." };

    private static readonly Option<string?> Since = new("--since") { Description = $"Only tasks that failed permanently at or after this time: {PointInTime.Forms}." };

    private static readonly Option<int> Limit = new("--limit") { Description = "Maximum number of tasks, 1 to 500.", DefaultValueFactory = _ => 50 };

    private static readonly Option<string> Actor = new("--actor")
    {
        Description = "Who decides; recorded with the reason.",
        DefaultValueFactory = _ => Environment.UserName,
    };

    private static readonly Option<string> Reason = new("--reason") { Description = "Why; recorded with the task.", Required = true };

    internal static Command Build()
    {
        Type.CompletionSources.Add([.. FulfillmentTaskType.All]);
        var list = new CliCommand(
            "list",
            "List dead letters, newest first.",
            "smplat fulfillment dead-letters list --type follower_growth",
            "smplat fulfillment dead-letters list --json")
        { Type, Order, Error, Since, Limit, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout };
        list.SetWork(ListAsync);
        var show = new CliCommand(
            "show",
            "Show a dead letter with its failed attempts and the operators' actions.",
            "smplat fulfillment dead-letters show 0198f000-0000-7000-8000-000000000042")
        { Task, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout };
        show.SetWork(ShowAsync);
        var replay = new CliCommand(
            "replay",
            "Run a task again, with all its retries.",
            "smplat fulfillment dead-letters replay 0198f000-0000-7000-8000-000000000042 --reason \"credentials renewed\"")
        { Task, Actor, Reason, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout };
        replay.SetWork((parsed, token) => HandleAsync(parsed, "replay", token));
        var discard = new CliCommand(
            "discard",
            "Mark a task as discarded; it becomes cancelled.",
            "smplat fulfillment dead-letters discard 0198f000-0000-7000-8000-000000000042 --reason \"order was refunded\"")
        { Task, Actor, Reason, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout };
        discard.SetWork((parsed, token) => HandleAsync(parsed, "discard", token));
        var redrive = new CliCommand(
            "redrive",
            "Replay the oldest matching dead letters, up to the limit; run it again for the rest.",
            "smplat fulfillment dead-letters redrive --error 401 --reason \"the token was renewed\" --dry-run",
            "smplat fulfillment dead-letters redrive --error 401 --reason \"the token was renewed\"",
            "smplat fulfillment dead-letters redrive --since 2026-11-01 --limit 500 --reason \"the provider is back\" --yes")
        {
            Type, Order, Error, Since, Limit, Actor, Reason, Confirmation.DryRun, Confirmation.Yes, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout,
        };
        redrive.SetWork(RedriveAsync);
        return new Command("dead-letters", "Tasks that exhausted their retries.") { list, show, replay, discard, redrive };
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var rows = await api.GetAsync(MatchingPath(parsed), cancellationToken);
        return parsed.Show(rows, TableOf(rows, "There are no dead letters."));
    }

    private static TextTable TableOf(JsonElement rows, string empty)
    {
        var table = new TextTable(empty, "task", "type", "order", "failed at", "#attempts", "#replays", "~last error");
        foreach (var row in rows.EnumerateArray())
        {
            table.Add(
                row.Text("task_id"), row.Text("task_type"), $"{row.Text("order_number")} ({row.Text("order_status")})", row.Text("failed_at"),
                row.Text("attempt"), row.Text("replays"), row.Text("error_message"));
        }

        return table;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var details = await api.GetAsync($"{Path}/{parsed.GetValue(Task)}", cancellationToken);
        return parsed.Show(details, () => Print(details));
    }

    private static void Print(JsonElement details)
    {
        var task = details.GetProperty("task");
        new FactList
        {
            { "task", task.Text("task_id") },
            { "title", task.Text("title") },
            { "type", task.Text("task_type") },
            { "order", $"{task.Text("order_number")} ({task.Text("order_status")}), {task.Text("order_id")}" },
            { "failed at", task.Text("failed_at") },
            { "last error", task.Text("error_message") },
            { "retries", $"{task.Text("retry_count")} of {task.Text("max_retries")}, replayed {task.Text("replays")} times" },
        }.Write();
        var attempts = new TextTable("No failed attempts are recorded.", "#attempt", "failed at", "outcome", "~error");
        foreach (var attempt in details.GetProperty("attempts").EnumerateArray())
        {
            attempts.Add(attempt.Text("attempt"), attempt.Text("failed_at"), attempt.Text("outcome"), attempt.Text("error"));
        }

        var actions = new TextTable("No operator has acted on it.", "at", "action", "actor", "~reason");
        foreach (var action in details.GetProperty("actions").EnumerateArray())
        {
            actions.Add(action.Text("acted_at"), action.Text("action"), action.Text("actor"), action.Text("reason"));
        }

        Console.WriteLine();
        attempts.Write();
        Console.WriteLine();
        actions.Write();
    }

    private static async Task<int> HandleAsync(ParseResult parsed, string action, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var answer = await api.PostAsync(
            $"{Path}/{parsed.GetValue(Task)}/{action}", new { actor = parsed.GetValue(Actor), reason = parsed.GetValue(Reason) }, cancellationToken);
        var wait = answer.GetProperty("held").GetBoolean() ? "; it waits until the order resumes" : "";
        return parsed.Show(answer, $"Task {answer.Text("task_id")} is {answer.Text("status")}, its order is {answer.Text("order_status")}{wait}.");
    }

    private static async Task<int> RedriveAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var matching = await api.GetAsync(MatchingPath(parsed), cancellationToken);
        if (parsed.GetValue(Confirmation.DryRun))
        {
            return parsed.Show(
                new { dry_run = true, matching },
                () =>
                {
                    TableOf(matching, "No dead letter matches.").Write();
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{matching.GetArrayLength()} would be replayed; nothing was changed."));
                });
        }

        if (matching.GetArrayLength() > 0 && !await Confirmation.AskAsync(parsed, Count(matching), cancellationToken))
        {
            return CommandLine.Failed;
        }

        var report = await api.PostAsync(
            "/api/v1/operators/fulfillment/redrive",
            new
            {
                task_type = parsed.GetValue(Type),
                order_id = parsed.GetValue(Order),
                error_contains = parsed.GetValue(Error),
                since = PointInTime.Read(parsed, Since, TimeProvider.System.GetUtcNow()),
                limit = parsed.GetValue(Limit),
                actor = parsed.GetValue(Actor),
                reason = parsed.GetValue(Reason),
            },
            cancellationToken);
        return parsed.Show(report, $"{report.Text("replayed")} tasks replayed, {report.Text("remaining")} still match.");
    }

    private static string Count(JsonElement matching) => matching.GetArrayLength() == 1
        ? "This replays 1 task"
        : string.Create(CultureInfo.InvariantCulture, $"This replays {matching.GetArrayLength()} tasks");

    /// <exception cref="UsageException">A value is out of range.</exception>
    private static string MatchingPath(ParseResult parsed)
    {
        if (parsed.GetValue(Limit) is < 1 or > DeadLetterFilter.MaxLimit)
        {
            throw new UsageException($"--limit must be 1 to {DeadLetterFilter.MaxLimit}.");
        }

        if (parsed.GetValue(Type) is { } type && !FulfillmentTaskType.All.Contains(type))
        {
            throw new UsageException($"--type must be one of {string.Join(", ", FulfillmentTaskType.All)}.");
        }

        return ApiPath.Of(
            Path,
            ("task_type", parsed.GetValue(Type)),
            ("order_id", parsed.GetValue(Order)),
            ("error_contains", parsed.GetValue(Error)),
            ("since", PointInTime.Read(parsed, Since, TimeProvider.System.GetUtcNow())),
            ("limit", parsed.GetValue(Limit)));
    }
}
