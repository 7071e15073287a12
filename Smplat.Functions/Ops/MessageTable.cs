using Smplat.Core.Platform.Outbox;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>Messages of one status, and the forms that send them on their way again.</summary>
internal static class MessageTable
{
    internal static Markup Of(IReadOnlyList<MessageRow> messages, string status, OpsVisit visit) => OpsParts.Table(
        $"Messages with status {status}, newest first",
        ["Kind", "Channel", "Made", "#Attempts", "Why", ""],
        messages.Select(message => Row(message, visit)),
        $"No message is {(status == OutboxStatus.Dead ? "given up" : status)}.");

    /// <summary>Many at once, by the reason for which they ended.</summary>
    internal static Markup Redrive(OpsVisit visit) => OpsForms.Disclosure(
        "Send many again …",
        "",
        OpsForms.Form(
            visit,
            "/ops/messages/redrive",
            Markup.Of(
                $"""
                {OpsParts.Hint("Takes given-up and suppressed messages. One that ended with delivery_unknown may have arrived: look into the mail server's log first.")}
                {OpsForms.Text("redrive-ended", "message_reason", "Why they ended, as the list shows it, such as attempts_exhausted", 100)}
                {OpsForms.Text("redrive-kind", "kind", "Only this kind (optional)", 100, isRequired: false)}
                {OpsForms.Text("redrive-limit", "limit", "At most (1 to 1000; 100 when left empty)", 4, isRequired: false)}
                {OpsForms.Text("redrive-reason", "reason", "Reason", 500)}
                <button class="primary">Send again</button>
                """)));

    private static Markup[] Row(MessageRow message, OpsVisit visit) =>
    [
        Markup.Of($"<code>{message.Kind}</code> <small>{message.Id}</small>"),
        Markup.Of($"{message.Channel}"),
        OpsText.Time(message.CreatedAt, visit.Now),
        Markup.Of($"{message.Attempts}"),
        Markup.Of($"""{message.Reason ?? OpsText.Unknown} <span class="error">{message.Error}</span>"""),
        message.Status is OutboxStatus.Dead or OutboxStatus.Suppressed ? RedriveOne(message, visit) : Markup.Empty,
    ];

    private static Markup RedriveOne(MessageRow message, OpsVisit visit) => OpsForms.Disclosure(
        "Send again …",
        message.Kind,
        OpsForms.Form(
            visit,
            "/ops/messages/redrive",
            Markup.Of(
                $"""
                {OpsForms.Hidden("ids", message.Id.ToString())}
                {OpsForms.Text($"again-{message.Id}", "reason", "Reason", 500)}
                <button class="primary">Send again</button>
                """)));
}
