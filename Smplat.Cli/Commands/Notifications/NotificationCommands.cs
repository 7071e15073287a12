using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Cli.Commands.Recovery;
using Smplat.Core.Notifications;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Outbox;
using Spectre.Console;

namespace Smplat.Cli.Commands.Notifications;

/// <summary><c>smplat notifications</c>: look at messages, and send them on their way.</summary>
public sealed class NotificationCommands : ICommandModule
{
    private static readonly Argument<string> Kind = new("kind") { Description = "Such as weekly_digest; see smplat notifications kinds." };

    private static readonly Option<bool> Html = new("--html") { Description = "As HTML instead of text." };

    private static readonly Option<string?> Status = new("--status") { Description = string.Join(", ", OutboxStatus.All) };

    private static readonly Option<string?> OnlyReason = new("--message-reason") { Description = "Only messages with this reason, such as delivery_unknown." };

    private static readonly Option<string?> OnlyKind = new("--kind") { Description = "Only messages of this kind." };

    private static readonly Option<int> Limit = new("--limit") { Description = "Most messages.", DefaultValueFactory = _ => 50 };

    private static readonly Option<string> Actor = new("--actor") { Description = "Who does it.", Required = true };

    private static readonly Option<string> Why = new("--reason") { Description = "Why; kept with each message.", Required = true };

    public void AddTo(RootCommand root)
    {
        var preview = new CommandWithExamples(
            "preview",
            "Any message, rendered over sample values.",
            "smplat notifications preview weekly_digest",
            "smplat notifications preview payment_success --html > mail.html")
        { Kind, Html };
        preview.SetWork(PreviewAsync);
        var kinds = new Command("kinds", "Every kind of message.");
        kinds.SetWork(KindsAsync);
        var list = new CommandWithExamples(
            "list",
            "Messages and what became of them, newest first.",
            "smplat notifications list --status dead",
            "smplat notifications list --kind weekly_digest --json")
        { Status, OnlyKind, OnlyReason, Limit };
        list.SetWork(ListAsync);
        var redrive = new CommandWithExamples(
            "redrive",
            "Send given-up or suppressed messages on their way again.",
            "smplat notifications redrive --message-reason attempts_exhausted --actor on-call --reason \"the mail server is back\"")
        { OnlyKind, OnlyReason, Limit, Actor, Why };
        redrive.SetWork(RedriveAsync);
        var deliver = new Command("deliver", "Deliver what is due now, in this process and by its own senders; smplat jobs run outbox lets the app do it.");
        deliver.SetWork(DeliverAsync);
        root.Subcommands.Add(new Command("notifications", "Mails and Slack messages.") { preview, kinds, list, redrive, deliver });
    }

    private static async Task<int> PreviewAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = RecoveryServices.Create(parsed);
        if (services.GetRequiredService<MessagePreview>().Render(parsed.GetValue(Kind)!) is not { } message)
        {
            throw new UsageException($"There is no kind {parsed.GetValue(Kind)}; see smplat notifications kinds.");
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
            throw new UsageException("Name the messages by --message-reason.");
        }

        await using var services = RecoveryServices.Create(parsed);
        var command = new RedriveMessages(
            [], parsed.GetValue(OnlyKind), reason, LimitOf(parsed, 1000), parsed.GetValue(Actor)!, parsed.GetValue(Why)!);
        var count = await services.GetRequiredService<OutboxOperations>().RedriveAsync(command, cancellationToken);
        return parsed.Show(new { redriven = count }, $"{count} messages wait for delivery again.");
    }

    /// <exception cref="UsageException">It is out of range.</exception>
    private static int LimitOf(ParseResult parsed, int most) => parsed.GetValue(Limit) is var limit && limit >= 1 && limit <= most
        ? limit
        : throw new UsageException($"--limit must be 1 to {most}.");

    private static async Task<int> DeliverAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = RecoveryServices.Create(parsed);
        if (services.GetRequiredService<MailSender>().Choose() is null)
        {
            throw new UsageException(
                "No mail sender is set up here: set SMTP_HOST and SMTP_SENDER_EMAIL as they are in the app; without them every mail would be suppressed.");
        }

        var run = new JobRun(Guid.NewGuid(), "manual", 1, TimeProvider.System.GetUtcNow());
        try
        {
            var report = await services.GetRequiredService<DeliverOutboxJob>().RunAsync(run, cancellationToken);
            return parsed.Show(report.Summary, JsonSerializer.Serialize(report.Summary));
        }
        catch (ReceiversUnavailableException exception)
        {
            return CliCommand.Fail(exception.Message, CommandLine.Failed);
        }
    }
}
