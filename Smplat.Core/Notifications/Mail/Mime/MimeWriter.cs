using System.Globalization;
using System.Text;

namespace Smplat.Core.Notifications.Mail.Mime;

/// <summary>Writes a mail as the ASCII text that travels: CRLF lines, text and HTML as alternatives, attachments after.</summary>
public static class MimeWriter
{
    public static byte[] Write(MailMessage mail)
    {
        var output = new StringBuilder();
        WriteHeaders(output, mail);
        // Neither quoted-printable nor base64 can hold "=_", so no part can end itself early.
        var boundary = $"=_{mail.MessageId[..Math.Min(24, mail.MessageId.IndexOf('@', StringComparison.Ordinal))]}";
        if (mail.Attachments.Count == 0)
        {
            WriteAlternatives(output, mail, $"{boundary}_a");
        }
        else
        {
            output.Append(CultureInfo.InvariantCulture, $"Content-Type: multipart/mixed; boundary=\"{boundary}_m\"\r\n\r\n");
            output.Append(CultureInfo.InvariantCulture, $"--{boundary}_m\r\n");
            WriteAlternatives(output, mail, $"{boundary}_a");
            foreach (var attachment in mail.Attachments)
            {
                output.Append(CultureInfo.InvariantCulture, $"--{boundary}_m\r\n");
                WriteAttachment(output, attachment);
            }

            output.Append(CultureInfo.InvariantCulture, $"--{boundary}_m--\r\n");
        }

        return Encoding.ASCII.GetBytes(output.ToString());
    }

    private static void WriteHeaders(StringBuilder output, MailMessage mail)
    {
        output.Append(HeaderText.Line("Date", mail.Date.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture)));
        output.Append(HeaderText.Line("From", HeaderText.Encode(mail.From)));
        output.Append(HeaderText.Line("To", HeaderText.Encode(mail.To)));
        if (mail.ReplyTo is { } replyTo)
        {
            output.Append(HeaderText.Line("Reply-To", $"<{replyTo}>"));
        }

        output.Append(HeaderText.Line("Subject", HeaderText.Encode(mail.Subject)));
        output.Append(HeaderText.Line("Message-ID", $"<{mail.MessageId}>"));
        foreach (var (name, value) in mail.Headers)
        {
            output.Append(HeaderText.Line(name, value));
        }

        output.Append("MIME-Version: 1.0\r\n");
    }

    private static void WriteAlternatives(StringBuilder output, MailMessage mail, string boundary)
    {
        output.Append(CultureInfo.InvariantCulture, $"Content-Type: multipart/alternative; boundary=\"{boundary}\"\r\n\r\n");
        WriteText(output, boundary, "plain", mail.Text);
        WriteText(output, boundary, "html", mail.Html);
        output.Append(CultureInfo.InvariantCulture, $"--{boundary}--\r\n");
    }

    private static void WriteText(StringBuilder output, string boundary, string subtype, string text) =>
        output
            .Append(CultureInfo.InvariantCulture, $"--{boundary}\r\n")
            .Append(CultureInfo.InvariantCulture, $"Content-Type: text/{subtype}; charset=utf-8\r\n")
            .Append("Content-Transfer-Encoding: quoted-printable\r\n\r\n")
            .Append(QuotedPrintable.Encode(text))
            .Append("\r\n");

    private static void WriteAttachment(StringBuilder output, MailAttachment attachment)
    {
        output
            .Append(CultureInfo.InvariantCulture, $"Content-Type: {attachment.SafeContentType}\r\n")
            .Append("Content-Transfer-Encoding: base64\r\n")
            .Append(CultureInfo.InvariantCulture, $"Content-Disposition: attachment;\r\n {FileName(attachment.FileName)}\r\n\r\n");
        var base64 = Convert.ToBase64String(attachment.Content.Span);
        for (var at = 0; at < base64.Length; at += 76)
        {
            output.Append(base64, at, Math.Min(76, base64.Length - at)).Append("\r\n");
        }
    }

    /// <summary>RFC 2231 for names that are more than plain letters.</summary>
    private static string FileName(string name)
    {
        var clean = Path.GetFileName(string.Concat(name.Where(sign => !char.IsControl(sign) && sign is not ('"' or '\\'))));
        return clean.All(sign => sign is >= ' ' and <= '~')
            ? $"filename=\"{clean}\""
            : $"filename*=utf-8''{Uri.EscapeDataString(clean)}";
    }
}
