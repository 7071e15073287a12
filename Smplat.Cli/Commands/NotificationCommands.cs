using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Smplat.Core.Notifications;
using Smplat.Core.Platform.Outbox;

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

    private const string Path = "/api/v1/operators/notifications";

    public void AddTo(RootCommand root)
    {
        Kind.CompletionSources.Add([.. MessageKinds.All.Select(kind => kind.Name)]);
        OnlyKind.CompletionSources.Add([.. MessageKinds.All.Select(kind => kind.Name)]);
        Status.CompletionSources.Add([.. OutboxStatus.All]);
        var preview = new CliCommand(
            "preview",
            "Render a message with sample values.",
            "smplat notifications preview weekly_digest",
            "smplat notifications preview payment_success --html > mail.html")
        { Kind, Html, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout };
        preview.SetWork(PreviewAsync);
        var kinds = new CliCommand("kinds", "List the kinds of messages.", "smplat notifications kinds")
        { ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout };
        kinds.SetWork(KindsAsync);
        var list = new CliCommand(
            "list",
            "List messages and their delivery status, newest first.",
            "smplat notifications list --status dead",
            "smplat notifications list --kind weekly_digest --json")
        { Status, OnlyKind, OnlyReason, Limit, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout };
        list.SetWork(ListAsync);
        var redrive = new CliCommand(
            "redrive",
            "Queue dead or suppressed messages for delivery again.",
            "smplat notifications redrive --message-reason attempts_exhausted --actor on-call --reason \"the mail server is back\" --dry-run",
            "smplat notifications redrive --message-reason attempts_exhausted --actor on-call --reason \"the mail server is back\" --yes")
        {
            OnlyKind, OnlyReason, Limit, Actor, Why, Confirmation.DryRun, Confirmation.Yes, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout,
        };
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
        using var api = ApiOptions.Connect(parsed);
        var kind = parsed.GetValue(Kind)!;
        var text = parsed.GetValue(Html) && !parsed.IsJson() ? "" : await RenderAsync("text");
        var html = parsed.GetValue(Html) || parsed.IsJson() ? await RenderAsync("html") : "";
        return parsed.Show(Document(text, html), parsed.GetValue(Html) ? html : text);

        async Task<string> RenderAsync(string format)
        {
            try
            {
                return Encoding.UTF8.GetString(await api.ReadAsync(
                    HttpMethod.Get, ApiPath.Of($"{Path}/preview/{Uri.EscapeDataString(kind)}", ("format", format)), null, cancellationToken));
            }
            catch (ApiException exception) when (exception.Status == 404)
            {
                throw new UsageException($"There is no kind {kind}; smplat notifications kinds lists them.");
            }
        }
    }

    /// <summary>The app's text form begins with the subject and an empty line.</summary>
    private static object Document(string text, string html)
    {
        var parts = text.Split("\n\n", 2);
        return new { subject = parts[0].Replace("Subject: ", "", StringComparison.Ordinal), text = parts[^1], html };
    }

    private static async Task<int> KindsAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var answer = await api.GetAsync($"{Path}/kinds", cancellationToken);
        var table = new TextTable("There are no kinds of messages.", "kind", "class", "preference");
        foreach (var kind in answer.GetProperty("kinds").EnumerateArray())
        {
            table.Add(kind.Text("name"), kind.Text("class").ToLowerInvariant(), kind.Text("preference"));
        }

        return parsed.Show(answer, table);
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(Status) is { } status && !OutboxStatus.All.Contains(status))
        {
            throw new UsageException($"--status must be one of {string.Join(", ", OutboxStatus.All)}.");
        }

        using var api = ApiOptions.Connect(parsed);
        var answer = await api.GetAsync(
            ApiPath.Of(
                $"{Path}/messages",
                ("status", parsed.GetValue(Status)),
                ("kind", parsed.GetValue(OnlyKind)),
                ("reason", parsed.GetValue(OnlyReason)),
                ("limit", LimitOf(parsed, 200))),
            cancellationToken);
        return parsed.Show(answer, TableOf(answer, "There are no such messages."));
    }

    private static TextTable TableOf(JsonElement answer, string empty)
    {
        var table = new TextTable(empty, "created", "kind", "status", "reason", "#attempts", "key", "~error");
        foreach (var row in answer.GetProperty("messages").EnumerateArray())
        {
            table.Add(
                row.Text("created_at"), row.Text("kind"), row.Text("status"), row.Text("reason"), row.Text("attempts"), row.Text("idempotency_key"),
                row.Text("error"));
        }

        return table;
    }

    private static async Task<int> RedriveAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(OnlyReason) is not { } reason)
        {
            throw new UsageException("Pass --message-reason to select the messages.");
        }

        using var api = ApiOptions.Connect(parsed);
        var limit = LimitOf(parsed, 1000);
        if (parsed.GetValue(Confirmation.DryRun))
        {
            var matching = await api.GetAsync(
                ApiPath.Of($"{Path}/messages", ("kind", parsed.GetValue(OnlyKind)), ("reason", reason), ("limit", Math.Min(200, limit))), cancellationToken);
            return parsed.Show(matching, () =>
            {
                TableOf(matching, "No message has this reason.").Write();
                Console.WriteLine("Those that are dead or suppressed would be queued, the oldest first; nothing was changed.");
            });
        }

        if (!await Confirmation.AskAsync(
            parsed, string.Create(CultureInfo.InvariantCulture, $"This queues up to {limit} messages with reason {reason} for delivery"), cancellationToken))
        {
            return CommandLine.Failed;
        }

        var answer = await api.PostAsync(
            $"{Path}/redrive",
            new { kind = parsed.GetValue(OnlyKind), message_reason = reason, limit, actor = parsed.GetValue(Actor), reason = parsed.GetValue(Why) },
            cancellationToken);
        return parsed.Show(answer, $"{answer.Text("redriven")} messages queued for delivery.");
    }

    /// <exception cref="UsageException">It is out of range.</exception>
    private static int LimitOf(ParseResult parsed, int max) => parsed.GetValue(Limit) is var limit && limit >= 1 && limit <= max
        ? limit
        : throw new UsageException($"--limit must be 1 to {max}.");
}
