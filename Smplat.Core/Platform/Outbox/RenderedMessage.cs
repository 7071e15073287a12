namespace Smplat.Core.Platform.Outbox;

/// <summary>A message as people read it.</summary>
/// <param name="Subject">One line of plain text.</param>
/// <param name="UnsubscribeUrl">The signed address that turns this kind off; null for operators' messages.</param>
public sealed record RenderedMessage(
    string Subject,
    string Text,
    string Html,
    string? UnsubscribeUrl,
    IReadOnlyList<MailAttachment> Attachments);
