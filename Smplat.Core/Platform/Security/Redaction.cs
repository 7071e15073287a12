using System.Text.RegularExpressions;

namespace Smplat.Core.Platform.Security;

/// <summary>Prepares error text for storage and display: one line, limited in length, without URL queries, e-mail addresses or credentials.</summary>
public static partial class Redaction
{
    /// <param name="maxLength">Maximum length of the result in characters.</param>
    public static string Redact(string text, int maxLength = 500)
    {
        var line = LineBreaks().Replace(text, " ");
        line = Query().Replace(line, "$1?…");
        line = Credential().Replace(line, "$1$2***");
        line = Email().Replace(line, "***@***");
        return line.Length <= maxLength ? line : string.Concat(line.AsSpan(0, maxLength - 1), "…");
    }

    [GeneratedRegex(@"\s*[\r\n\t]+\s*")]
    private static partial Regex LineBreaks();

    [GeneratedRegex(@"(https?://[^\s?#""']+)\?[^\s""']+", RegexOptions.IgnoreCase)]
    private static partial Regex Query();

    [GeneratedRegex(@"\b(password|passwd|pwd|secret|token|api[-_]?key|authorization|bearer|basic)\b(\s*[=:]?\s*)[^\s;,""']+", RegexOptions.IgnoreCase)]
    private static partial Regex Credential();

    [GeneratedRegex(@"[\w.+-]+@[\w-]+\.[\w.]+")]
    private static partial Regex Email();
}
