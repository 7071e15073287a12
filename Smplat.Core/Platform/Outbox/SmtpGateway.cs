using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// Sends mail by SMTP. The handover is committed after the server has accepted the recipient and before the DATA command,
/// so a mail without a committed handover was not sent. After the commit, the server's reply is the outcome. Without a
/// reply, the outcome is unknown if the whole mail was written, since the server may have read its end (RFC 1047), and
/// otherwise a failure. Connections are kept for the next mail until <see cref="ReleaseAsync"/>.
/// </summary>
public sealed class SmtpGateway(IOptionsMonitor<SmtpOptions> options, TimeProvider clock) : IMailGateway
{
    private readonly ConcurrentBag<SmtpConnection> _idle = [];

    public bool IsOn => options.CurrentValue.IsOn;

    public string Sender => options.CurrentValue.SenderEmail ?? "";

    public async Task<DeliveryOutcome> SendAsync(
        MailMessage mail, BeforeSend beforeSend, CancellationToken cancellationToken)
    {
        if (!Mailbox.IsUsable(mail.To.Address))
        {
            return new DeliveryOutcome.Rejected("The address cannot be written in SMTP.", IsBadAddress: true);
        }

        var settings = options.CurrentValue;
        var needsUtf8 = Mailbox.NeedsUtf8(mail.To.Address);
        if (!needsUtf8 && TakeIdle(settings) is { } kept
            && await SendAsync(kept, isKept: true, mail, beforeSend, cancellationToken) is { } outcome)
        {
            return outcome;
        }

        SmtpConnection connection;
        try
        {
            connection = await SmtpConnection.OpenAsync(settings, needsUtf8, clock, cancellationToken);
        }
        catch (SmtpUnavailableException exception)
        {
            return new DeliveryOutcome.ReceiverUnavailable(Redaction.Redact(exception.Message));
        }

        if (needsUtf8 && !connection.TakesUtf8)
        {
            await connection.CloseAsync();
            return new DeliveryOutcome.Rejected(
                "The part of the address before the @ is not ASCII, and the mail server does not take such addresses (no SMTPUTF8).");
        }

        return (await SendAsync(connection, isKept: false, mail, beforeSend, cancellationToken))!;
    }

    public async Task ReleaseAsync()
    {
        var connections = new List<SmtpConnection>();
        while (_idle.TryTake(out var connection))
        {
            connections.Add(connection);
        }

        await Task.WhenAll(connections.Select(connection => connection.CloseAsync()));
    }

    /// <summary>A connection that is still open and uses the current settings.</summary>
    private SmtpConnection? TakeIdle(SmtpOptions settings)
    {
        while (_idle.TryTake(out var connection))
        {
            if (connection.IsOpen && ReferenceEquals(connection.Settings, settings))
            {
                return connection;
            }

            connection.Dispose();
        }

        return null;
    }

    /// <returns>Null when a kept connection was closed before the handover; the caller then opens a new one.</returns>
    private async Task<DeliveryOutcome?> SendAsync(
        SmtpConnection connection, bool isKept, MailMessage mail, BeforeSend beforeSend, CancellationToken cancellationToken)
    {
        try
        {
            var sent = await connection.SendAsync(mail, beforeSend, cancellationToken);
            return sent switch
            {
                SendResult.Accepted => new DeliveryOutcome.Delivered(Redaction.Redact(connection.Answer!.ToString(), 200)),
                SendResult.LeaseLost => new DeliveryOutcome.LeaseLost(),
                SendResult.SenderRefused when isKept && connection.Answer!.IsGoodbye => null,
                // The sender is the same for every message, so this message is not the cause.
                SendResult.SenderRefused =>
                    new DeliveryOutcome.ReceiverUnavailable(Redaction.Redact($"The sender was refused: {connection.Answer}")),
                SendResult.RecipientRefused => Refusal(connection.Answer!, isAboutRecipient: true),
                SendResult.MailRefused => Refusal(connection.Answer!, isAboutRecipient: false),
                SendResult.BrokenBeforeHandover when isKept => null,
                // The server accepted the session and then closed it before the end of this mail, which may be the cause.
                SendResult.BrokenBeforeHandover or SendResult.BrokenBeforeEnd => new DeliveryOutcome.Failed(Redaction.Redact(connection.Problem!)),
                _ => new DeliveryOutcome.Unknown(Redaction.Redact(connection.Problem!)),
            };
        }
        finally
        {
            if (!connection.IsOpen || connection.Answer is { IsGoodbye: true })
            {
                connection.Dispose();
            }
            else if (connection.TakesUtf8)
            {
                // Rare, and useless for other mails.
                await connection.CloseAsync();
            }
            else
            {
                _idle.Add(connection);
            }
        }
    }

    private static DeliveryOutcome Refusal(SmtpAnswer answer, bool isAboutRecipient)
    {
        var error = Redaction.Redact(answer.ToString());
        return SmtpRefusalPolicy.Judge(answer, isAboutRecipient) switch
        {
            SmtpVerdict.Defer => new DeliveryOutcome.Failed(error),
            var verdict => new DeliveryOutcome.Rejected(error, verdict == SmtpVerdict.Block),
        };
    }
}

/// <summary>What follows from a refused mail.</summary>
internal enum SmtpVerdict
{
    /// <summary>The mailbox does not exist: no more mail goes to the address.</summary>
    Block,

    /// <summary>Temporary: the mail is tried again.</summary>
    Defer,

    /// <summary>The sender, the policy or the mail is the cause: this mail is given up, the address stays good.</summary>
    GiveUp,
}

/// <summary>Judges refusals by their enhanced status code (RFC 3463); docs/notifications.md has the same table.</summary>
internal static partial class SmtpRefusalPolicy
{
    /// <param name="isAboutRecipient">The answer to RCPT; any later refusal is about the mail.</param>
    public static SmtpVerdict Judge(SmtpAnswer answer, bool isAboutRecipient)
    {
        if (!answer.IsPermanent)
        {
            return SmtpVerdict.Defer;
        }

        if (Enhanced().Match(answer.Text) is not { Success: true } code)
        {
            return WithoutEnhancedCode(answer, isAboutRecipient);
        }

        var (subject, detail) = (Number(code.Groups[2]), Number(code.Groups[3]));
        return (code.Groups[1].Value, subject, detail) switch
        {
            ("4", _, _) => SmtpVerdict.Defer,
            // Unknown mailbox, domain or form, moved away, or a domain that takes no mail.
            (_, 1, 0 or 1 or 2 or 3 or 6 or 10) => isAboutRecipient && !Sender().IsMatch(answer.Text) ? SmtpVerdict.Block : SmtpVerdict.GiveUp,
            // Full mailbox.
            (_, 2, 2) => SmtpVerdict.Defer,
            // The receiving system is out of service or overloaded; 5.3.4 is a mail that is too big, 5.3.3 a missing feature.
            (_, 3, 0 or 1 or 2 or 5) => SmtpVerdict.Defer,
            // Routing, congestion and quotas of sending; 5.4.6 is a loop.
            (_, 4, not 6) => SmtpVerdict.Defer,
            // Too many recipients.
            (_, 5, 3) => SmtpVerdict.Defer,
            _ => SmtpVerdict.GiveUp,
        };
    }

    /// <summary>A bare 550 also means policy (RFC 5321, 4.2.3), so the text must speak of a missing mailbox.</summary>
    private static SmtpVerdict WithoutEnhancedCode(SmtpAnswer answer, bool isAboutRecipient) => answer.Code switch
    {
        // RFC 5321, 4.5.3.1.10: too many recipients or a full mailbox.
        552 when isAboutRecipient => SmtpVerdict.Defer,
        550 or 551 or 553 when isAboutRecipient && !Policy().IsMatch(answer.Text) && !Sender().IsMatch(answer.Text) && MissingMailbox().IsMatch(answer.Text) => SmtpVerdict.Block,
        _ when Full().IsMatch(answer.Text) => SmtpVerdict.Defer,
        _ => SmtpVerdict.GiveUp,
    };

    private static int Number(Group group) => int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\s*([245])\.(\d{1,3})\.(\d{1,3})(?!\S*\.\d)\b")]
    private static partial Regex Enhanced();

    /// <summary>Many servers keep what they have against the sender until RCPT.</summary>
    [GeneratedRegex(@"\bsender\b|mail from|return[- ]path|envelope.from", RegexOptions.IgnoreCase)]
    private static partial Regex Sender();

    [GeneratedRegex(@"relay|policy|spam|block|black ?list|denied|reputation|authenti|quota|rate|spf|dkim|dmarc|too many", RegexOptions.IgnoreCase)]
    private static partial Regex Policy();

    [GeneratedRegex(
        @"no such|unknown|not (be )?found|n[o']t exist|not a (valid|known)|invalid|no mailbox|mailbox unavailable|user not|not local|not here|undeliverable|does not have an account",
        RegexOptions.IgnoreCase)]
    private static partial Regex MissingMailbox();

    [GeneratedRegex(@"full|quota|storage|too many|try (again )?later", RegexOptions.IgnoreCase)]
    private static partial Regex Full();
}

/// <summary>How sending one mail over a connection ended.</summary>
internal enum SendResult
{
    Accepted,
    SenderRefused,
    RecipientRefused,

    /// <summary>The server refused the DATA command or the whole mail.</summary>
    MailRefused,

    /// <summary>Another sender has the message now; nothing was sent.</summary>
    LeaseLost,

    /// <summary>The connection broke before the DATA command.</summary>
    BrokenBeforeHandover,

    /// <summary>The connection broke before the whole mail was written, so the server cannot have accepted it.</summary>
    BrokenBeforeEnd,

    /// <summary>The whole mail was written and no reply came.</summary>
    Unknown,
}

/// <summary>A reply of the server.</summary>
internal sealed record SmtpAnswer(int Code, string Text)
{
    public bool IsPermanent => Code is >= 500 and < 600;

    /// <summary>The server is about to close the connection.</summary>
    public bool IsGoodbye => Code == 421;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Code} {Text}").TrimEnd();
}

/// <summary>The server is unreachable, does not speak SMTP, or refuses the session. No mail was offered to it.</summary>
internal sealed class SmtpUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
