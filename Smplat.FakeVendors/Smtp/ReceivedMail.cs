using System.Text;
using System.Text.RegularExpressions;

namespace Smplat.FakeVendors.Smtp;

/// <summary>An accepted mail. It is parsed here independently: no code is shared with the sender.</summary>
public sealed partial record ReceivedMail(string From, string To, byte[] Raw, bool WasEncrypted, string? User)
{
    private readonly string _text = Encoding.Latin1.GetString(Raw);

    public string Text => _text;

    public string MessageId => Header("Message-ID")?.Trim('<', '>') ?? "";

    public string Subject => Header("Subject") ?? "";

    /// <summary>A header of the mail itself, unfolded and with its encoded words decoded.</summary>
    public string? Header(string name) => Header(_text[.._text.IndexOf("\r\n\r\n", StringComparison.Ordinal)], name);

    /// <summary>The decoded text of the first part of a type, wherever it is nested.</summary>
    public string? Part(string contentType)
    {
        foreach (var part in Parts(_text))
        {
            var split = part.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            var head = part[..split];
            if (Header(head, "Content-Type")?.StartsWith(contentType, StringComparison.OrdinalIgnoreCase) == true
                && Header(head, "Content-Disposition")?.StartsWith("attachment", StringComparison.OrdinalIgnoreCase) != true)
            {
                return Encoding.UTF8.GetString(Decode(part[(split + 4)..], Header(head, "Content-Transfer-Encoding")));
            }
        }

        return null;
    }

    /// <summary>Attached files: name and bytes.</summary>
    public IReadOnlyList<(string Name, byte[] Content)> Attachments =>
    [
        .. from part in Parts(_text)
           let split = part.IndexOf("\r\n\r\n", StringComparison.Ordinal)
           let disposition = Header(part[..split], "Content-Disposition")
           where disposition?.StartsWith("attachment", StringComparison.OrdinalIgnoreCase) == true
           select (FileName(disposition),
               Decode(part[(split + 4)..], Header(part[..split], "Content-Transfer-Encoding"))),
    ];

    private static IEnumerable<string> Parts(string entity)
    {
        var head = entity[..entity.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
        if (Boundary().Match(Header(head, "Content-Type") ?? "") is not { Success: true } match)
        {
            return [entity];
        }

        var delimiter = "--" + match.Groups[1].Value;
        return entity.Split(delimiter)[1..^1].Select(part => part["\r\n".Length..]).SelectMany(Parts);
    }

    private static string? Header(string head, string name)
    {
        var unfolded = Fold().Replace(head, " ");
        var line = unfolded.Split("\r\n").FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase));
        return line is null ? null : DecodeWords(line[(name.Length + 1)..].Trim());
    }

    private static string DecodeWords(string value) => EncodedWord().Replace(
        BetweenWords().Replace(value, "?==?"),
        match => Encoding.GetEncoding(match.Groups[1].Value).GetString(match.Groups[2].Value is "B" or "b"
            ? Convert.FromBase64String(match.Groups[3].Value)
            : Decode(match.Groups[3].Value.Replace('_', ' '), "quoted-printable")));

    /// <summary>RFC 2231: <c>filename="a.txt"</c>, <c>filename*=utf-8''a.txt</c>, or the latter in numbered pieces.</summary>
    private static string FileName(string disposition)
    {
        var pieces = FileNamePiece().Matches(disposition);
        var text = string.Concat(pieces.Select(piece => piece.Groups[2].Value.Trim('"')));
        return pieces.Any(piece => piece.Groups[1].Value.Contains('*', StringComparison.Ordinal))
            ? Uri.UnescapeDataString(text[(text.LastIndexOf('\'') + 1)..])
            : text;
    }

    private static byte[] Decode(string body, string? encoding) => encoding?.ToLowerInvariant() switch
    {
        "base64" => Convert.FromBase64String(body.Replace("\r\n", "", StringComparison.Ordinal)),
        "quoted-printable" => Encoding.Latin1.GetBytes(QuotedByte().Replace(
            body.Replace("=\r\n", "", StringComparison.Ordinal),
            match => ((char)Convert.ToByte(match.Groups[1].Value, 16)).ToString())),
        _ => Encoding.Latin1.GetBytes(body),
    };

    [GeneratedRegex(@"\r\n[ \t]+")]
    private static partial Regex Fold();

    [GeneratedRegex("boundary=\"([^\"]+)\"")]
    private static partial Regex Boundary();

    [GeneratedRegex("filename(\\*?[0-9]*\\*?)=(\"[^\"]*\"|[^;]+)")]
    private static partial Regex FileNamePiece();

    [GeneratedRegex(@"\?=\s+=\?")]
    private static partial Regex BetweenWords();

    [GeneratedRegex(@"=\?([\w-]+)\?([BQ])\?([^?]*)\?=", RegexOptions.IgnoreCase)]
    private static partial Regex EncodedWord();

    [GeneratedRegex("=([0-9A-F]{2})")]
    private static partial Regex QuotedByte();
}
