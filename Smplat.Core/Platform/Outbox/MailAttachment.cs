namespace Smplat.Core.Platform.Outbox;

/// <summary>A file that goes with a mail.</summary>
public sealed record MailAttachment(string FileName, string ContentType, ReadOnlyMemory<byte> Content)
{
    private const string Unknown = "application/octet-stream";

    /// <summary>A content type without a slash, or with anything else in it, counts as bytes.</summary>
    public string SafeContentType =>
        ContentType.Split('/') is [{ Length: > 0 } type, { Length: > 0 } subtype] && (type + subtype).All(IsToken)
            ? ContentType
            : Unknown;

    private static bool IsToken(char sign) => char.IsAsciiLetterOrDigit(sign) || sign is '-' or '.' or '+' or '_';
}
