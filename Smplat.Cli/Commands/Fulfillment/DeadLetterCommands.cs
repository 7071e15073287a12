using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Fulfillment;
using Spectre.Console;

namespace Smplat.Cli.Commands.Fulfillment;

/// <summary><c>smplat fulfillment dead-letters</c>: what was given up, and what to do about it.</summary>
internal static class DeadLetterCommands
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        // Read by people and programs, never by a browser.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly Argument<Guid> Task = new("task") { Description = "Id of the task." };

    private static readonly Option<string?> Type = new("--type") { Description = "Only tasks of this type." };

    private static readonly Option<Guid?> Order = new("--order") { Description = "Only tasks of this order." };

    private static readonly Option<string?> Error = new("--error") { Description = "Only tasks whose last error contains this." };

    private static readonly Option<DateTimeOffset?> Since = new("--since") { Description = "Only tasks given up at or after this." };

    private static readonly Option<int> Limit = new("--limit") { Description = "Most tasks, 1 to 500.", DefaultValueFactory = _ => 50 };

    private static readonly Option<string> Actor = new("--actor")
    {
        Description = "Who decides; kept with the reason.",
        DefaultValueFactory = _ => Environment.UserName,
    };

    private static readonly Option<string> Reason = new("--reason") { Description = "Why; kept with the task.", Required = true };

    internal static Command Build()
    {
        var list = new CommandWithExamples(
            "list",
            "Given-up tasks, newest first.",
            "smplat fulfillment dead-letters list --type follower_growth",
            "smplat fulfillment dead-letters list --json")
        { Type, Order, Error, Since, Limit };
        list.SetWork(ListAsync);
        var show = new Command("show", "A given-up task with its failed attempts and what operators did.") { Task };
        show.SetWork(ShowAsync);
        var replay = new Command("replay", "Give a task a fresh start, with all its retries.") { Task, Actor, Reason };
        replay.SetWork((parsed, token) => HandleAsync(parsed, (desk, id, command) => desk.ReplayAsync(id, command, token)));
        var discard = new Command("discard", "Let a task go; it counts as cancelled.") { Task, Actor, Reason };
        discard.SetWork((parsed, token) => HandleAsync(parsed, (desk, id, command) => desk.DiscardAsync(id, command, token)));
        var redrive = new CommandWithExamples(
            "redrive",
            "Replay the oldest given-up tasks that match; repeat it for the rest.",
            "smplat fulfillment dead-letters redrive --error 401 --reason \"the token was renewed\"",
            "smplat fulfillment dead-letters redrive --since 2026-11-01 --limit 500 --reason \"the provider is back\"")
        {
            Type, Order, Error, Since, Limit, Actor, Reason,
        };
        redrive.SetWork(RedriveAsync);
        return new Command("dead-letters", "Tasks that were given up.") { list, show, replay, discard, redrive };
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = FulfillmentCommands.Services(parsed);
        var rows = await services.GetRequiredService<DeadLetterOperations>().ListAsync(Filter(parsed), cancellationToken);
        return parsed.Show(rows, () => Print(rows));
    }

    private static void Print(IEnumerable<DeadLetter> rows)
    {
        var table = new Table().AddColumns("task", "type", "order", "given up", "attempts", "replays", "last error");
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
        if (await services.GetRequiredService<DeadLetterOperations>().FindAsync(parsed.GetValue(Task), cancellationToken) is not { } file)
        {
            return CliCommand.Fail("There is no such dead letter.", CommandLine.Failed);
        }

        return parsed.Show(file, JsonSerializer.Serialize(file, Indented));
    }

    private static async Task<int> HandleAsync(
        ParseResult parsed, Func<DeadLetterOperations, Guid, HandleDeadLetter, Task<DeadLetterOutcome>> decide)
    {
        await using var services = FulfillmentCommands.Services(parsed);
        var command = new HandleDeadLetter(parsed.GetValue(Actor)!, parsed.GetValue(Reason)!);
        switch (await decide(services.GetRequiredService<DeadLetterOperations>(), parsed.GetValue(Task), command))
        {
            case DeadLetterOutcome.Done done:
                var wait = done.Held ? "; it waits until the order goes on" : "";
                return parsed.Show(done, $"Task {done.TaskId} is {done.Status}, its order is {done.OrderStatus}{wait}.");
            case DeadLetterOutcome.Refused refused:
                return CliCommand.Fail(refused.Refusal.Message, CommandLine.Failed);
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
            parsed.GetValue(Since)?.ToUniversalTime(),
            null,
            parsed.GetValue(Limit));
    }
}
