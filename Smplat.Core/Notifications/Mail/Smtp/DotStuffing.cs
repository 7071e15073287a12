namespace Smplat.Core.Notifications.Mail.Smtp;

/// <summary>A line that starts with a dot gets a second one, so that no line of a mail can end it.</summary>
public static class DotStuffing
{
    /// <summary>The mail as it travels after DATA, ending in CRLF and without the closing dot.</summary>
    public static byte[] Apply(ReadOnlySpan<byte> mail)
    {
        var output = new List<byte>(mail.Length + 16);
        var isLineStart = true;
        foreach (var value in mail)
        {
            if (isLineStart && value == (byte)'.')
            {
                output.Add((byte)'.');
            }

            output.Add(value);
            isLineStart = value == (byte)'\n';
        }

        if (!isLineStart)
        {
            output.AddRange("\r\n"u8);
        }

        return [.. output];
    }
}
