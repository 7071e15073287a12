using System.Text;
using MimeKit;

namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// A mail as MIME: text and HTML as alternatives, attachments after them, everything in seven-bit encodings, so that what
/// is signed and sent is the same whatever a server offers.
/// </summary>
internal sealed class MimeMail : MimeMessage
{
    /// <exception cref="FormatException">An address cannot be written in a header.</exception>
    public MimeMail(MailMessage mail)
    {
        Date = mail.Date;
        From.Add(Address(mail.From));
        To.Add(Address(mail.To));
        if (mail.ReplyTo is { } replyTo)
        {
            ReplyTo.Add(Address(new(replyTo)));
        }

        Subject = OneLine(mail.Subject);
        MessageId = mail.MessageId;
        foreach (var (name, value) in mail.Headers)
        {
            // Written as it is: a folded or encoded link is one that mailbox providers do not follow.
            var header = new Header(Encoding.ASCII, name, "");
            header.SetRawValue(Encoding.ASCII.GetBytes($" {OneLine(value)}\r\n"));
            Headers.Add(header);
        }

        Body = Content(mail);
        Format = new FormatOptions { NewLineFormat = NewLineFormat.Dos, International = Mailbox.NeedsUtf8(mail.To.Address) };
        Prepare(EncodingConstraint.SevenBit);
    }

    /// <summary>How this mail is written: CRLF, and UTF-8 in headers only when an address demands it.</summary>
    public FormatOptions Format { get; }

    /// <summary>Called whenever the mail has been written to its last byte.</summary>
    public Action? Written { get; set; }

    private static MailboxAddress Address(Mailbox mailbox) => new(
        Encoding.UTF8,
        mailbox.Name is { } name && !string.IsNullOrWhiteSpace(name) ? OneLine(name) : null,
        Mailbox.Normalize(mailbox.Address) ?? throw new FormatException("An address cannot be written in a mail."));

    private Root Content(MailMessage mail)
    {
        if (mail.Attachments.Count == 0)
        {
            return new Root(this, "alternative") { Text("plain", mail.Text), Text("html", mail.Html) };
        }

        var mixed = new Root(this, "mixed")
        {
            new MultipartAlternative { Text("plain", mail.Text), Text("html", mail.Html) },
        };
        foreach (var attachment in mail.Attachments)
        {
            mixed.Add(new MimePart(ContentType.Parse(attachment.SafeContentType))
            {
                Content = new MimeContent(new MemoryStream(attachment.Content.ToArray())),
                ContentDisposition = new ContentDisposition(ContentDisposition.Attachment),
                ContentTransferEncoding = ContentEncoding.Base64,
                FileName = SafeName(attachment.FileName),
            });
        }

        return mixed;
    }

    private static TextPart Text(string subtype, string text)
    {
        var part = new TextPart(subtype) { ContentTransferEncoding = ContentEncoding.QuotedPrintable };
        part.SetText(Encoding.UTF8, text.ReplaceLineEndings("\r\n"));
        return part;
    }

    private static string SafeName(string name) =>
        Path.GetFileName(string.Concat(name.Where(sign => !char.IsControl(sign) && sign is not ('"' or '\\'))));

    private static string OneLine(string text) =>
        string.Concat(text.Select(sign => char.IsControl(sign) || sign is '\u2028' or '\u2029' ? ' ' : sign)).Trim();

    /// <summary>The outermost part, whose end is the mail's end.</summary>
    private sealed class Root(MimeMail mail, string subtype) : Multipart(subtype)
    {
        public override async Task WriteToAsync(
            FormatOptions options, Stream stream, bool contentOnly, CancellationToken cancellationToken = default)
        {
            await base.WriteToAsync(options, stream, contentOnly, cancellationToken);
            mail.Written?.Invoke();
        }
    }
}
