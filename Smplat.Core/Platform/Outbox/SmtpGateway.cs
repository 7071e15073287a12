using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// Sends mail by SMTP. The handover is committed when the server has accepted the recipient and before it is asked for
/// the mail: a mail whose handover was not committed was not sent. After it, the outcome is the server's answer; without
/// one it is unknown as soon as the whole mail was written, since the server may have read its end (RFC 1047), and a
/// failure before that. Connections are kept for the next mail until <see cref="ReleaseAsync"/>.
/// </summary>
public sealed class SmtpGateway(IOptionsMonitor<SmtpOptions> options, TimeProvider clock) : IMailGateway
{
    private readonly ConcurrentBag<SmtpConnection> _idle = [];

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
        var needsUtf8 = Mailbox.NeedsUtf8(mail.To.Address);
        if (!needsUtf8 && TakeIdle(settings) is { } kept
            && await SendAsync(kept, isKept: true, mail, handOver, cancellationToken) is { } outcome)
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
            return new DeliveryOutcome.ReceiverAway(Redaction.Redact(exception.Message));
        }

        if (needsUtf8 && !connection.TakesUtf8)
        {
            await connection.CloseAsync();
            return new DeliveryOutcome.Rejected(
                "The part of the address before the @ is not ASCII, and the mail server does not take such addresses (no SMTPUTF8).");
        }

        return (await SendAsync(connection, isKept: false, mail, handOver, cancellationToken))!;
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

    /// <summary>A connection that is still open and was opened with the settings of now.</summary>
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

    /// <returns>Null when a kept connection turned out to be over before the handover, so that a fresh one is tried.</returns>
    private async Task<DeliveryOutcome?> SendAsync(
        SmtpConnection connection, bool isKept, MailMessage mail, HandoverMark handOver, CancellationToken cancellationToken)
    {
        try
        {
            var sent = await connection.SendAsync(mail, handOver, cancellationToken);
            return sent switch
            {
                SendResult.Accepted => new DeliveryOutcome.Delivered(Redaction.Redact(connection.Answer!.ToString(), 200)),
                SendResult.LeaseLost => new DeliveryOutcome.LeaseLost(),
                SendResult.SenderRefused when isKept && connection.Answer!.IsGoodbye => null,
                // The sender is the same for every message, so none of them is at fault.
                SendResult.SenderRefused =>
                    new DeliveryOutcome.ReceiverAway(Redaction.Redact($"The sender was refused: {connection.Answer}")),
                SendResult.RecipientRefused => Refusal(connection.Answer!, isAboutAddress: true),
                SendResult.MailRefused => Refusal(connection.Answer!, isAboutAddress: false),
                SendResult.BrokenBeforeHandover when isKept => null,
                // The server let us in and then broke off before the end of this mail: it may be this mail's fault.
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
                // Rare, and of no use to other mails.
                await connection.CloseAsync();
            }
            else
            {
                _idle.Add(connection);
            }
        }
    }

    private static DeliveryOutcome Refusal(SmtpAnswer answer, bool isAboutAddress)
    {
        var error = Redaction.Redact(answer.ToString());
        return answer.IsPermanent
            ? new DeliveryOutcome.Rejected(error, isAboutAddress && answer.Code is 550 or 551 or 553)
            : new DeliveryOutcome.Failed(error);
    }
}

/// <summary>How sending one mail over a connection ended.</summary>
internal enum SendResult
{
    Accepted,
    SenderRefused,
    RecipientRefused,

    /// <summary>The server answered DATA or the end of the mail with a refusal.</summary>
    MailRefused,

    /// <summary>The message belongs to another sender now; nothing was sent.</summary>
    LeaseLost,

    /// <summary>The connection broke before the server was asked for the mail.</summary>
    BrokenBeforeHandover,

    /// <summary>The connection broke before the mail was written to its end, so the server cannot have taken it.</summary>
    BrokenBeforeEnd,

    /// <summary>The mail was written and no answer came.</summary>
    Unknown,
}

/// <summary>An answer of the server.</summary>
internal sealed record SmtpAnswer(int Code, string Text)
{
    public bool IsPermanent => Code is >= 500 and < 600;

    /// <summary>The server is about to close the connection.</summary>
    public bool IsGoodbye => Code == 421;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Code} {Text}").TrimEnd();
}

/// <summary>The server is away, talks something else, or does not let us in; no mail was named.</summary>
internal sealed class SmtpUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
