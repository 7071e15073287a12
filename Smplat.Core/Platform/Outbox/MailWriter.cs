using Microsoft.Extensions.Options;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Puts a rendered message into an envelope.</summary>
public sealed class MailWriter(IOptionsMonitor<NotificationOptions> options)
{
    /// <param name="idempotencyKey">What the Message-ID is derived from.</param>
    public MailMessage Write(
        RenderedMessage message, string kind, string idempotencyKey, Mailbox to, string sender, DateTimeOffset date)
    {
        var settings = options.CurrentValue;
        return new(
            MessageIds.For(idempotencyKey, sender),
            new(sender, settings.SenderName),
            to,
            settings.ReplyTo is { } replyTo && Mailbox.IsUsable(replyTo) ? replyTo : null,
            message.Subject,
            message.Text,
            message.Html,
            date.ToUniversalTime(),
            Headers(message, kind),
            message.Attachments);
    }

    private static List<(string Name, string Value)> Headers(RenderedMessage message, string kind)
    {
        List<(string, string)> headers =
        [
            ("X-Smplat-Kind", kind),
            // Out-of-office robots stay silent (RFC 3834).
            ("Auto-Submitted", "auto-generated"),
        ];
        if (message.UnsubscribeUrl is { } url)
        {
            headers.Add(("List-Unsubscribe", $"<{url}>"));
            headers.Add(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        }

        return headers;
    }
}
