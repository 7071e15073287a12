using System.Text;

namespace Smplat.Core.Notifications.Mail.Mime;

/// <summary>Header values that stay what they are: RFC 2047 words for anything but ASCII, no line breaks, folded lines.</summary>
public static class HeaderText
{
    /// <summary>Bytes in one encoded word, so that it stays under 75 characters.</summary>
    private const int WordBytes = 45;

    private const int LineLength = 76;

    /// <summary>Free text such as a subject or a display name.</summary>
    public static string Encode(string text)
    {
        var clean = Clean(text);
        return clean.All(sign => sign is >= ' ' and <= '~') && !clean.Contains("=?", StringComparison.Ordinal)
            ? clean
            : string.Join(' ', Words(clean));
    }

    /// <summary>Name and address; the name is quoted or encoded.</summary>
    public static string Encode(Mailbox mailbox)
    {
        if (string.IsNullOrWhiteSpace(mailbox.Name))
        {
            return $"<{mailbox.Address}>";
        }

        var name = Encode(mailbox.Name);
        return name.StartsWith("=?", StringComparison.Ordinal)
            ? $"{name} <{mailbox.Address}>"
            : $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\" <{mailbox.Address}>";
    }

    /// <summary>One header, folded at blanks; a value can never end its line early.</summary>
    public static string Line(string name, string value)
    {
        var line = new StringBuilder().Append(name).Append(':');
        var length = line.Length;
        foreach (var word in Clean(value).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (length + 1 + word.Length > LineLength && length > name.Length + 1)
            {
                line.Append("\r\n");
                length = 0;
            }

            line.Append(' ').Append(word);
            length += 1 + word.Length;
        }

        return line.Append("\r\n").ToString();
    }

    private static string Clean(string text) =>
        string.Concat(text.Select(sign => char.IsControl(sign) ? ' ' : sign)).Trim();

    private static IEnumerable<string> Words(string text)
    {
        var chunk = new List<byte>(WordBytes);
        foreach (var rune in text.EnumerateRunes())
        {
            var bytes = Encoding.UTF8.GetBytes(rune.ToString());
            if (chunk.Count + bytes.Length > WordBytes)
            {
                yield return Word(chunk);
                chunk.Clear();
            }

            chunk.AddRange(bytes);
        }

        yield return Word(chunk);
    }

    private static string Word(List<byte> bytes) => $"=?utf-8?B?{Convert.ToBase64String([.. bytes])}?=";
}
