using System.Globalization;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Outbox;

/// <summary>A way for mail to leave the app.</summary>
public interface IMailGateway
{
    /// <summary>False while its settings are missing; read live.</summary>
    bool IsOn { get; }

    /// <summary>The address that this gateway sends from.</summary>
    string Sender { get; }

    /// <summary>Every way in which sending can end is an outcome. Only cancellation before the handover is thrown.</summary>
    Task<DeliveryOutcome> SendAsync(MailMessage mail, BeforeSend beforeSend, CancellationToken cancellationToken);

    /// <summary>Ends a run of mails by closing the connections that were kept open. Never throws.</summary>
    Task ReleaseAsync();
}

/// <summary>Writes messages as mails, and chooses how they leave: by SMTP when it is set up, else into a folder, else not at all.</summary>
public sealed class MailSender(SmtpGateway smtp, FileMailGateway file, IOptionsMonitor<OutboxOptions> options, TimeProvider clock)
{
    /// <summary>Null when mail is off.</summary>
    public IMailGateway? Choose() => smtp.IsOn ? smtp : file.IsOn ? file : null;

    /// <summary>The mail of a rendered message. Its Message-ID is derived from the message's idempotency key.</summary>
    public MailMessage Write(RenderedMessage rendered, ClaimedMessage message, Mailbox to, IMailGateway gateway)
    {
        var settings = options.CurrentValue;
        return new()
        {
            MessageId = MessageIds.For(message.IdempotencyKey, gateway.Sender),
            From = new(gateway.Sender, settings.SenderName),
            To = to,
            ReplyTo = settings.ReplyTo is { } replyTo && Mailbox.IsUsable(replyTo) ? replyTo : null,
            Subject = rendered.Subject,
            Text = rendered.Text,
            Html = rendered.Html,
            Date = clock.GetUtcNow().ToUniversalTime(),
            Headers = Headers(rendered, message.Kind),
            Attachments = rendered.Attachments,
        };
    }

    /// <summary>Closes the connections that the gateways kept open between the mails of a run.</summary>
    public Task ReleaseAsync() => Task.WhenAll(smtp.ReleaseAsync(), file.ReleaseAsync());

    private static List<(string Name, string Value)> Headers(RenderedMessage rendered, string kind)
    {
        List<(string, string)> headers =
        [
            ("X-Smplat-Kind", kind),
            // Suppresses out-of-office replies (RFC 3834).
            ("Auto-Submitted", "auto-generated"),
        ];
        if (rendered.UnsubscribeUrl is { } url)
        {
            headers.Add(("List-Unsubscribe", $"<{url}>"));
            headers.Add(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        }

        return headers;
    }
}

/// <summary>Writes mails as .eml files into a folder: for local runs, and to inspect what would be sent.</summary>
public sealed class FileMailGateway(
    IOptionsMonitor<OutboxOptions> options, IOptionsMonitor<RuntimeOptions> runtime) : IMailGateway
{
    private const string LocalFolder = ".local/outbox";

    public bool IsOn => Folder is not null;

    public string Sender => "hello@smplat.localhost";

    private string? Folder => options.CurrentValue.MailFolder ?? (runtime.CurrentValue.IsLocal ? LocalFolder : null);

    /// <summary>The file is named after the Message-ID, so sending twice leaves one file.</summary>
    public async Task<DeliveryOutcome> SendAsync(
        MailMessage mail, BeforeSend beforeSend, CancellationToken cancellationToken)
    {
        if (!Mailbox.IsUsable(mail.To.Address))
        {
            return new DeliveryOutcome.Rejected("The address cannot be written in a mail.", IsBadAddress: true);
        }

        var folder = Path.GetFullPath(Folder!);
        var day = mail.Date.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var path = Path.Combine(folder, $"{day}-{mail.MessageId.Split('@')[0]}.eml");
        var draft = Path.Combine(folder, $".{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(folder);
            using var message = new MimeMail(mail);
            await using (var file = File.Create(draft))
            {
                await message.WriteToAsync(message.Format, file, cancellationToken);
            }

            File.Move(draft, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new DeliveryOutcome.ReceiverUnavailable($"The mail folder cannot be written: {exception.Message}");
        }

        return new DeliveryOutcome.Delivered(Path.GetFileName(path));
    }

    public Task ReleaseAsync() => Task.CompletedTask;
}
