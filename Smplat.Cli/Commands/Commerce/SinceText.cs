using System.Globalization;

namespace Smplat.Cli.Commands.Commerce;

/// <summary>A moment as operators write it: so long ago (<c>30m</c>, <c>24h</c>, <c>7d</c>) or an ISO instant.</summary>
internal static class SinceText
{
    /// <exception cref="UsageException">The text is neither.</exception>
    public static DateTimeOffset Parse(string text, DateTimeOffset now, string option)
    {
        if (text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= 100_000)
        {
            switch (text[^1])
            {
                case 'm':
                    return now.AddMinutes(-count);
                case 'h':
                    return now.AddHours(-count);
                case 'd':
                    return now.AddDays(-count);
            }
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant.ToUniversalTime()
            : throw new UsageException($"{option}: \"{text}\" is no time; write 30m, 24h, 7d or an ISO instant.");
    }
}
