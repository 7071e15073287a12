using System.Text.RegularExpressions;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Platform.Security;

/// <summary>Prepares error text for storage and display: one line, limited in length, without URL queries, e-mail addresses or credentials.</summary>
public static partial class Redaction
{
    /// <param name="maxLength">Maximum length of the result in characters.</param>
    public static string Redact(string text, int maxLength = 500)
    {
        var line = LineBreaks().Replace(SafeText.Clean(text), " ");
        line = Query().Replace(line, "$1?…");
        line = Member().Replace(line, "$1***$2");
        line = Credential().Replace(line, "$1$2***");
        line = Email().Replace(line, "***@***");
        return SafeText.Cut(line, maxLength, "…");
    }

    [GeneratedRegex(@"\s*[\r\n\t]+\s*")]
    private static partial Regex LineBreaks();

    [GeneratedRegex(@"(https?://[^\s?#""']+)\?[^\s""']+", RegexOptions.IgnoreCase)]
    private static partial Regex Query();

    // A secret in text that looks like JSON, even when the value is cut off.
    [GeneratedRegex(@"(""[^""]{0,60}(?:password|passwd|secret|token|api[-_]?key|authorization|credential)[^""]{0,60}""\s*:\s*"")(?:\\.|[^""\\])*(""?)", RegexOptions.IgnoreCase)]
    private static partial Regex Member();

    [GeneratedRegex(@"\b(password|passwd|pwd|secret|token|api[-_]?key|authorization|bearer|basic)\b(\s*[=:]?\s*)[^\s;,""']+", RegexOptions.IgnoreCase)]
    private static partial Regex Credential();

    [GeneratedRegex(@"[\w.+-]+@[\w-]+\.[\w.]+")]
    private static partial Regex Email();
}
