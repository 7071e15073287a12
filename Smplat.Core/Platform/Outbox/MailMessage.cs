using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MimeKit;

namespace Smplat.Core.Platform.Outbox;

/// <summary>A mail before it is written as MIME.</summary>
public sealed record MailMessage
{
    /// <summary>Without brackets. The same for every attempt to send the same message.</summary>
    public required string MessageId { get; init; }

    public required Mailbox From { get; init; }

    public required Mailbox To { get; init; }

    public string? ReplyTo { get; init; }

    public required string Subject { get; init; }

    public required string Text { get; init; }

    public required string Html { get; init; }

    public required DateTimeOffset Date { get; init; }

    /// <summary>Additional headers. Their values are ASCII and fit on one line.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public IReadOnlyList<MailAttachment> Attachments { get; init; } = [];
}

/// <summary>A file attached to a mail.</summary>
public sealed record MailAttachment(string FileName, string ContentType, ReadOnlyMemory<byte> Content)
{
    private const string Unknown = "application/octet-stream";

    /// <summary>The content type, or plain bytes when it is malformed.</summary>
    public string SafeContentType =>
        ContentType.Split('/') is [{ Length: > 0 } type, { Length: > 0 } subtype] && (type + subtype).All(IsToken)
            ? ContentType
            : Unknown;

    private static bool IsToken(char character) => char.IsAsciiLetterOrDigit(character) || character is '-' or '.' or '+' or '_';
}

/// <summary>A mail address and the name that is shown with it.</summary>
public sealed record Mailbox(string Address, string? Name = null)
{
    private const int MaxLocalBytes = 64;
    private const int MaxBytes = 254;
    private const string Specials = "<>(),;:\"\\[]@";

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>True for an address that <see cref="Normalize"/> accepts.</summary>
    public static bool IsUsable(string address) => Normalize(address) is not null;

    /// <summary>
    /// The address as it is sent: an internationalized domain in its ASCII form (<c>münchen.example</c> becomes
    /// <c>xn--mnchen-3ya.example</c>), the local part unchanged.
    /// </summary>
    /// <returns>
    /// Null when the address cannot be written into an SMTP command and a header unchanged: exactly one @, no
    /// spaces, brackets, quotes or control characters, at most 64 bytes before the @ and 254 in all.
    /// </returns>
    public static string? Normalize(string address)
    {
        var at = address.LastIndexOf('@');
        if (at <= 0 || at == address.Length - 1)
        {
            return null;
        }

        var (local, domain) = (address[..at], address[(at + 1)..]);
        if (!local.EnumerateRunes().All(IsPlain) || Encoding.UTF8.GetByteCount(local) > MaxLocalBytes
            || !domain.EnumerateRunes().All(IsPlain) || ToAscii(domain) is not { } ascii)
        {
            return null;
        }

        var normal = $"{local}@{ascii}";
        return Encoding.UTF8.GetByteCount(normal) <= MaxBytes ? normal : null;
    }

    /// <summary>Only a server that offers SMTPUTF8 (RFC 6531) can take this address: its local part is not ASCII.</summary>
    public static bool NeedsUtf8(string address) => !Ascii.IsValid(address.AsSpan(0, Math.Max(0, address.LastIndexOf('@'))));

    private static string? ToAscii(string domain)
    {
        if (Ascii.IsValid(domain))
        {
            return domain;
        }

        try
        {
            return Idn.GetAscii(domain);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool IsPlain(Rune rune) => rune.IsAscii
        ? rune.Value is > ' ' and <= '~' && !Specials.Contains((char)rune.Value, StringComparison.Ordinal)
        : rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not (
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}

/// <summary>
/// Message-IDs derived from idempotency keys: a mail that is sent again after an unknown outcome has the same ID, so
/// mailboxes and operators can recognise it.
/// </summary>
internal static class MessageIds
{
    public static string For(string idempotencyKey, string senderAddress)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(idempotencyKey)).AsSpan(0, 16));
        var sender = Mailbox.Normalize(senderAddress) ?? senderAddress;
        return $"{hash}@{sender[(sender.LastIndexOf('@') + 1)..]}";
    }
}

/// <summary>
/// A mail as MIME: text and HTML as alternatives, then attachments, everything in 7-bit encodings, so that the signed bytes
/// are sent unchanged whatever the server supports.
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
            // Written unchanged: mailbox providers do not follow a folded or encoded link.
            var header = new Header(Encoding.ASCII, name, "");
            header.SetRawValue(Encoding.ASCII.GetBytes($" {OneLine(value)}\r\n"));
            Headers.Add(header);
        }

        Body = Content(mail);
        Format = new FormatOptions { NewLineFormat = NewLineFormat.Dos, International = Mailbox.NeedsUtf8(mail.To.Address) };
        Prepare(EncodingConstraint.SevenBit);
    }

    /// <summary>How this mail is written: CRLF, and UTF-8 in headers only when an address requires it.</summary>
    public FormatOptions Format { get; }

    /// <summary>Called each time the whole mail has been written.</summary>
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
        Path.GetFileName(string.Concat(name.Where(character => !char.IsControl(character) && character is not ('"' or '\\'))));

    private static string OneLine(string text) =>
        string.Concat(text.Select(character => char.IsControl(character) || character is '\u2028' or '\u2029' ? ' ' : character)).Trim();

    /// <summary>The outermost part: where it ends, the mail ends.</summary>
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
