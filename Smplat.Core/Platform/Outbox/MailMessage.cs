namespace Smplat.Core.Platform.Outbox;

/// <summary>A mail before it is written as MIME.</summary>
/// <param name="MessageId">Without brackets; the same for every attempt to send the same message.</param>
/// <param name="Headers">Additional headers; their values are ASCII and stay on one line.</param>
public sealed record MailMessage(
    string MessageId,
    Mailbox From,
    Mailbox To,
    string? ReplyTo,
    string Subject,
    string Text,
    string Html,
    DateTimeOffset Date,
    IReadOnlyList<(string Name, string Value)> Headers,
    IReadOnlyList<MailAttachment> Attachments);
