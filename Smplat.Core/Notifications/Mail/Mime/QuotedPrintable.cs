using System.Text;

namespace Smplat.Core.Notifications.Mail.Mime;

/// <summary>Text of a part in quoted-printable: ASCII lines of at most 76 characters, whatever the text holds.</summary>
public static class QuotedPrintable
{
    private const int LineLength = 76;

    public static string Encode(string text)
    {
        var output = new StringBuilder(text.Length + (text.Length / 8));
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var at = 0; at < lines.Length; at++)
        {
            WriteLine(output, Encoding.UTF8.GetBytes(lines[at]));
            if (at < lines.Length - 1)
            {
                output.Append("\r\n");
            }
        }

        return output.ToString();
    }

    private static void WriteLine(StringBuilder output, byte[] bytes)
    {
        var length = 0;
        for (var at = 0; at < bytes.Length; at++)
        {
            var sign = Sign(bytes[at], isLast: at == bytes.Length - 1);
            if (length + sign.Length > LineLength - 1)
            {
                output.Append("=\r\n");
                length = 0;
            }

            output.Append(sign);
            length += sign.Length;
        }
    }

    /// <summary>A blank at the end of a line would be lost on the way, so it is written out.</summary>
    private static string Sign(byte value, bool isLast) =>
        (value is >= 33 and <= 126 and not (byte)'=') || (value is (byte)' ' or (byte)'\t' && !isLast)
            ? ((char)value).ToString()
            : $"={value:X2}";
}
