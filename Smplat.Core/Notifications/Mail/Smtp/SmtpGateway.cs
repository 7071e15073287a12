using Microsoft.Extensions.Options;
using Smplat.Core.Notifications.Delivery;
using Smplat.Core.Notifications.Mail.Mime;
using Smplat.Core.Observability;

namespace Smplat.Core.Notifications.Mail.Smtp;

/// <summary>
/// Sends mail by SMTP (RFC 5321). The server can accept a mail only at the dot that ends it: the handover is committed
/// right before that dot, so a mail whose dot was not sent may be sent again, and one whose answer was not seen is
/// reported as unknown instead of being sent twice (RFC 1047).
/// </summary>
public sealed class SmtpGateway(IOptionsMonitor<SmtpOptions> options, TimeProvider clock) : IMailGateway
{
    private static readonly byte[] EndOfMail = ".\r\n"u8.ToArray();

    public bool IsOn => options.CurrentValue.IsOn;

    public string Sender => options.CurrentValue.SenderEmail ?? "";

    public async Task<DeliveryOutcome> SendAsync(
        MailMessage mail, HandoverMark handOver, CancellationToken cancellationToken)
    {
        if (!Mailbox.IsUsable(mail.To.Address))
        {
            return new DeliveryOutcome.Rejected("The address cannot be written in SMTP.", IsBadAddress: true);
        }

        var settings = options.CurrentValue;
        SmtpConnection? opened = null;
        try
        {
            opened = await SmtpConnection.OpenAsync(settings, clock, cancellationToken);
            await new SmtpSession(opened, settings).BeginAsync(cancellationToken);
        }
        catch (SmtpProtocolException exception)
        {
            await (opened?.DisposeAsync() ?? ValueTask.CompletedTask);
            return new DeliveryOutcome.ReceiverAway(Redaction.Redact(exception.Message));
        }

        await using var connection = opened;
        try
        {
            return await SendAsync(connection, mail, settings, handOver, cancellationToken);
        }
        catch (SmtpProtocolException exception)
        {
            // The server let us in and then broke off before the end of this mail: it may be this mail's fault.
            return new DeliveryOutcome.Failed(Redaction.Redact(exception.Message));
        }
    }

    private static async Task<DeliveryOutcome> SendAsync(
        SmtpConnection connection,
        MailMessage mail,
        SmtpOptions settings,
        HandoverMark handOver,
        CancellationToken cancellationToken)
    {
        if (await NameAsync(connection, mail, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        await connection.WriteAsync(DotStuffing.Apply(MimeWriter.Write(mail)), cancellationToken);
        return await handOver(cancellationToken)
            ? await EndAsync(connection, settings)
            : new DeliveryOutcome.LeaseLost();
    }

    /// <summary>Sender, recipient and the announcement of the mail; null when the server waits for it.</summary>
    private static async Task<DeliveryOutcome?> NameAsync(
        SmtpConnection connection, MailMessage mail, CancellationToken cancellationToken)
    {
        var from = await connection.AskAsync($"MAIL FROM:<{mail.From.Address}>", cancellationToken);
        if (!from.IsPositive)
        {
            // The sender is the same for every message, so none of them is at fault.
            return new DeliveryOutcome.ReceiverAway(Redaction.Redact($"The sender was refused: {from}"));
        }

        var to = await connection.AskAsync($"RCPT TO:<{mail.To.Address}>", cancellationToken);
        if (!to.IsPositive)
        {
            return Refusal(to, isAboutAddress: true);
        }

        var data = await connection.AskAsync("DATA", cancellationToken);
        return data.Code == 354 ? null : Refusal(data, isAboutAddress: false);
    }

    /// <summary>From here on the outcome is the server's; a stopping host does not cut its answer off.</summary>
    private static async Task<DeliveryOutcome> EndAsync(SmtpConnection connection, SmtpOptions settings)
    {
        SmtpReply reply;
        try
        {
            await connection.WriteAsync(EndOfMail, CancellationToken.None);
            reply = await connection.ReadReplyAsync(TimeSpan.FromSeconds(settings.TimeoutSeconds * 3), CancellationToken.None);
        }
        catch (SmtpProtocolException exception)
        {
            return new DeliveryOutcome.Unknown(Redaction.Redact(exception.Message));
        }

        if (!reply.IsPositive)
        {
            return Refusal(reply, isAboutAddress: false);
        }

        await SayGoodbyeAsync(connection);
        return new DeliveryOutcome.Delivered(Redaction.Redact(reply.ToString(), 200));
    }

    private static DeliveryOutcome Refusal(SmtpReply reply, bool isAboutAddress)
    {
        var error = Redaction.Redact(reply.ToString());
        return reply.IsPermanentRefusal
            ? new DeliveryOutcome.Rejected(error, isAboutAddress && reply.Code is 550 or 551 or 553)
            : new DeliveryOutcome.Failed(error);
    }

    private static async Task SayGoodbyeAsync(SmtpConnection connection)
    {
        try
        {
            await connection.AskAsync("QUIT", CancellationToken.None);
        }
        catch (SmtpProtocolException)
        {
            // The mail is accepted; how the server hangs up does not matter.
        }
    }
}
