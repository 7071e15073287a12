using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Fulfillment;
using Spectre.Console;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat fulfillment dead-letters</c>: tasks that exhausted their retries.</summary>
internal static class DeadLetterCommands
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        // Never rendered by a browser, so HTML characters need no escapes.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

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
        var list = new CliCommand(
            "list",
            "List dead letters, newest first.",
            "smplat fulfillment dead-letters list --type follower_growth",
            "smplat fulfillment dead-letters list --json")
        { Type, Order, Error, Since, Limit };
        list.SetWork(ListAsync);
        var show = new CliCommand(
            "show",
            "Show a dead letter with its failed attempts and the operators' actions.",
            "smplat fulfillment dead-letters show 0198f000-0000-7000-8000-000000000042")
        { Task };
        show.SetWork(ShowAsync);
        var replay = new CliCommand(
            "replay",
            "Run a task again, with all its retries.",
            "smplat fulfillment dead-letters replay 0198f000-0000-7000-8000-000000000042 --reason \"credentials renewed\"")
        { Task, Actor, Reason };
        replay.SetWork((parsed, token) => HandleAsync(parsed, (operations, id, command) => operations.ReplayAsync(id, command, token)));
        var discard = new CliCommand(
            "discard",
            "Mark a task as discarded; it becomes cancelled.",
            "smplat fulfillment dead-letters discard 0198f000-0000-7000-8000-000000000042 --reason \"order was refunded\"")
        { Task, Actor, Reason };
        discard.SetWork((parsed, token) => HandleAsync(parsed, (operations, id, command) => operations.DiscardAsync(id, command, token)));
        var redrive = new CliCommand(
            "redrive",
            "Replay the oldest matching dead letters, up to the limit; run it again for the rest.",
            "smplat fulfillment dead-letters redrive --error 401 --reason \"the token was renewed\"",
            "smplat fulfillment dead-letters redrive --since 2026-11-01 --limit 500 --reason \"the provider is back\"")
        {
            Type, Order, Error, Since, Limit, Actor, Reason,
        };
        redrive.SetWork(RedriveAsync);
        return new Command("dead-letters", "Tasks that exhausted their retries.") { list, show, replay, discard, redrive };
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = FulfillmentCommands.Services(parsed);
        var rows = await services.GetRequiredService<DeadLetterOperations>().ListAsync(Filter(parsed), cancellationToken);
        return parsed.Show(rows, () => Print(rows));
    }

    private static void Print(IEnumerable<DeadLetter> rows)
    {
        var table = new Table().AddColumns("task", "type", "order", "failed at", "attempts", "replays", "last error");
        foreach (var row in rows)
        {
            table.AddRow(
                row.TaskId.ToString(),
                row.TaskType,
                Markup.Escape($"{row.OrderNumber} ({row.OrderStatus})"),
                row.FailedAt?.ToString("u", CultureInfo.InvariantCulture) ?? "",
                row.Attempt.ToString(CultureInfo.InvariantCulture),
                row.Replays.ToString(CultureInfo.InvariantCulture),
                Markup.Escape(row.ErrorMessage ?? ""));
        }

        Terminal.Out.Write(table);
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = FulfillmentCommands.Services(parsed);
        if (await services.GetRequiredService<DeadLetterOperations>().FindAsync(parsed.GetValue(Task), cancellationToken) is not { } details)
        {
            return CliCommand.Fail("There is no dead letter with this id.");
        }

        return parsed.Show(details, JsonSerializer.Serialize(details, Indented));
    }

    private static async Task<int> HandleAsync(
        ParseResult parsed, Func<DeadLetterOperations, Guid, HandleDeadLetter, Task<DeadLetterOutcome>> decide)
    {
        await using var services = FulfillmentCommands.Services(parsed);
        var command = new HandleDeadLetter(parsed.GetValue(Actor)!, parsed.GetValue(Reason)!);
        switch (await decide(services.GetRequiredService<DeadLetterOperations>(), parsed.GetValue(Task), command))
        {
            case DeadLetterOutcome.Done done:
                var wait = done.Held ? "; it waits until the order resumes" : "";
                return parsed.Show(done, $"Task {done.TaskId} is {done.Status}, its order is {done.OrderStatus}{wait}.");
            case DeadLetterOutcome.Refused refused:
                return CliCommand.Fail(refused.Refusal.Message);
            case var unknown:
                throw new InvalidOperationException($"Unknown outcome {unknown}.");
        }
    }

    private static async Task<int> RedriveAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = FulfillmentCommands.Services(parsed);
        var report = await services.GetRequiredService<DeadLetterOperations>().RedriveAsync(
            new(Filter(parsed), parsed.GetValue(Actor)!, parsed.GetValue(Reason)!), cancellationToken);
        return parsed.Show(report, string.Create(
            CultureInfo.InvariantCulture, $"{report.Replayed} tasks replayed, {report.Remaining} still match."));
    }

    /// <exception cref="UsageException">A value is out of range.</exception>
    private static DeadLetterFilter Filter(ParseResult parsed)
    {
        if (parsed.GetValue(Limit) is < 1 or > DeadLetterFilter.MaxLimit)
        {
            throw new UsageException($"--limit must be 1 to {DeadLetterFilter.MaxLimit}.");
        }

        if (parsed.GetValue(Type) is { } type && !FulfillmentTaskType.All.Contains(type))
        {
            throw new UsageException($"--type must be one of {string.Join(", ", FulfillmentTaskType.All)}.");
        }

        return new(
            parsed.GetValue(Type),
            parsed.GetValue(Order),
            parsed.GetValue(Error),
            PointInTime.Read(parsed, Since, TimeProvider.System.GetUtcNow()),
            null,
            parsed.GetValue(Limit));
    }
}
