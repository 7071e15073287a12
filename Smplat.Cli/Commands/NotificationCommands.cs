using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Notifications;
using Smplat.Core.Platform.Outbox;
using Spectre.Console;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat notifications</c>: previews, lists and delivers messages.</summary>
public sealed class NotificationCommands : ICommandModule
{
    private static readonly Argument<string> Kind = new("kind") { Description = "Kind of message, such as weekly_digest; smplat notifications kinds lists them." };

    private static readonly Option<bool> Html = new("--html") { Description = "Print HTML instead of text." };

    private static readonly Option<string?> Status = new("--status") { Description = $"Only messages with this status: {string.Join(", ", OutboxStatus.All)}." };

    private static readonly Option<string?> OnlyReason = new("--message-reason") { Description = "Only messages with this reason, such as delivery_unknown." };

    private static readonly Option<string?> OnlyKind = new("--kind") { Description = "Only messages of this kind." };

    private static readonly Option<int> Limit = new("--limit") { Description = "Maximum number of messages.", DefaultValueFactory = _ => 50 };

    private static readonly Option<string> Actor = new("--actor") { Description = "Who does it; recorded with each message.", Required = true };

    private static readonly Option<string> Why = new("--reason") { Description = "Why; recorded with each message.", Required = true };

    public void AddTo(RootCommand root)
    {
        var preview = new CliCommand(
            "preview",
            "Render a message with sample values.",
            "smplat notifications preview weekly_digest",
            "smplat notifications preview payment_success --html > mail.html")
        { Kind, Html };
        preview.SetWork(PreviewAsync);
        var kinds = new CliCommand("kinds", "List the kinds of messages.", "smplat notifications kinds");
        kinds.SetWork(KindsAsync);
        var list = new CliCommand(
            "list",
            "List messages and their delivery status, newest first.",
            "smplat notifications list --status dead",
            "smplat notifications list --kind weekly_digest --json")
        { Status, OnlyKind, OnlyReason, Limit };
        list.SetWork(ListAsync);
        var redrive = new CliCommand(
            "redrive",
            "Queue dead or suppressed messages for delivery again.",
            "smplat notifications redrive --message-reason attempts_exhausted --actor on-call --reason \"the mail server is back\"")
        { OnlyKind, OnlyReason, Limit, Actor, Why };
        redrive.SetWork(RedriveAsync);
        var deliver = new CliCommand(
            "deliver",
            "Let the app deliver due messages now.",
            "smplat notifications deliver");
        deliver.RunsJob(DeliverOutboxJob.Id, "notification_outbox");
        root.Subcommands.Add(new Command("notifications", "Mail and Slack messages.") { preview, kinds, list, redrive, deliver });
    }

    private static async Task<int> PreviewAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = RecoveryServices.Create(parsed);
        if (services.GetRequiredService<MessagePreview>().Render(parsed.GetValue(Kind)!) is not { } message)
        {
            throw new UsageException($"There is no kind {parsed.GetValue(Kind)}; smplat notifications kinds lists them.");
        }

        return parsed.Show(
            new { message.Subject, message.Text, message.Html },
            (parsed.GetValue(Html) ? message.Html : $"Subject: {message.Subject}\n\n{message.Text}")!);
    }

    private static Task<int> KindsAsync(ParseResult parsed, CancellationToken cancellationToken) =>
        Task.FromResult(parsed.Show(MessageKinds.All, PrintKinds));

    private static void PrintKinds()
    {
        var table = new Table().AddColumns("kind", "class", "preference");
        foreach (var kind in MessageKinds.All)
        {
            table.AddRow(kind.Name, ClassOf(kind), kind.Preference ?? "");
        }

        Terminal.Out.Write(table);
    }

    private static string ClassOf(MessageKind kind) => kind.Class.ToString().ToLowerInvariant();

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(Status) is { } status && !OutboxStatus.All.Contains(status))
        {
            throw new UsageException($"--status must be one of {string.Join(", ", OutboxStatus.All)}.");
        }

        await using var services = RecoveryServices.Create(parsed);
        var query = new ListMessages(
            parsed.GetValue(Status), parsed.GetValue(OnlyKind), parsed.GetValue(OnlyReason), null, LimitOf(parsed, 200));
        var rows = await services.GetRequiredService<OutboxOperations>().ListAsync(query, cancellationToken);
        return parsed.Show(rows, () => Print(rows));
    }

    private static void Print(IEnumerable<MessageRow> rows)
    {
        var table = new Table().AddColumns("created", "kind", "key", "status", "reason", "attempts", "error");
        foreach (var row in rows)
        {
            table.AddRow(
                row.CreatedAt.ToString("u", CultureInfo.InvariantCulture),
                Markup.Escape(row.Kind),
                Markup.Escape(row.IdempotencyKey),
                row.Status,
                Markup.Escape(row.Reason ?? ""),
                row.Attempts.ToString(CultureInfo.InvariantCulture),
                Markup.Escape(row.Error ?? ""));
        }

        Terminal.Out.Write(table);
    }

    private static async Task<int> RedriveAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(OnlyReason) is not { } reason)
        {
            throw new UsageException("Pass --message-reason to select the messages.");
        }

        await using var services = RecoveryServices.Create(parsed);
        var command = new RedriveMessages(
            [], parsed.GetValue(OnlyKind), reason, LimitOf(parsed, 1000), parsed.GetValue(Actor)!, parsed.GetValue(Why)!);
        var count = await services.GetRequiredService<OutboxOperations>().RedriveAsync(command, cancellationToken);
        return parsed.Show(new { redriven = count }, $"{count} messages queued for delivery.");
    }

    /// <exception cref="UsageException">It is out of range.</exception>
    private static int LimitOf(ParseResult parsed, int max) => parsed.GetValue(Limit) is var limit && limit >= 1 && limit <= max
        ? limit
        : throw new UsageException($"--limit must be 1 to {max}.");
}
