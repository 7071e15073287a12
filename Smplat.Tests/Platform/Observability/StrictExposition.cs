using System.Globalization;
using System.Text;

namespace Smplat.Tests.Platform.Observability;

/// <summary>A strict parser of the text format 0.0.4.</summary>
internal static class StrictExposition
{
    internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

    internal static IReadOnlyList<Sample> Parse(string text)
    {
        if (!text.EndsWith('\n') || text.Contains('\r'))
        {
            throw new FormatException("Lines end with LF, the last one too.");
        }

        var declared = new HashSet<string>();
        var samples = new List<Sample>();
        var seen = new HashSet<string>();
        foreach (var line in text[..^1].Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                continue;
            }

            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                if (!declared.Add(line.Split(' ')[2]))
                {
                    throw new FormatException($"Declared twice: {line}");
                }

                continue;
            }

            var sample = ParseSample(line);
            if (!declared.Contains(sample.Name) || !seen.Add(line[..line.LastIndexOf(' ')]))
            {
                throw new FormatException($"Undeclared or repeated: {line}");
            }

            samples.Add(sample);
        }

        return samples;
    }

    private static Sample ParseSample(string line)
    {
        var at = 0;
        var name = ReadName(line, ref at);
        var labels = new Dictionary<string, string>();
        if (line[at] == '{')
        {
            at++;
            while (line[at] != '}')
            {
                var label = ReadName(line, ref at);
                Expect(line, ref at, '=');
                labels.Add(label, ReadQuoted(line, ref at));
                if (line[at] == ',')
                {
                    at++;
                }
            }

            at++;
        }

        Expect(line, ref at, ' ');
        return new(name, labels, double.Parse(line[at..].Replace("+Inf", "Infinity", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture));
    }

    private static string ReadName(string line, ref int at)
    {
        var from = at;
        while (char.IsAsciiLetterOrDigit(line[at]) || line[at] is '_' or ':')
        {
            at++;
        }

        return at > from ? line[from..at] : throw new FormatException($"A name is missing: {line}");
    }

    private static string ReadQuoted(string line, ref int at)
    {
        Expect(line, ref at, '"');
        var text = new StringBuilder();
        while (line[at] != '"')
        {
            if (line[at] != '\\')
            {
                text.Append(line[at++]);
                continue;
            }

            text.Append(line[at + 1] switch
            {
                'n' => '\n',
                '\\' => '\\',
                '"' => '"',
                var other => throw new FormatException($"Unknown escape \\{other}"),
            });
            at += 2;
        }

        at++;
        return text.ToString();
    }

    private static void Expect(string line, ref int at, char expected)
    {
        if (line[at++] != expected)
        {
            throw new FormatException($"'{expected}' is missing: {line}");
        }
    }
}
