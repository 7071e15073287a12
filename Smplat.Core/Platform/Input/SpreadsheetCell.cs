using System.Buffers;

namespace Smplat.Core.Platform.Input;

/// <summary>Makes text safe to open in a spreadsheet: what would run as a formula is shown as text.</summary>
public static class SpreadsheetCell
{
    private static readonly SearchValues<char> Special = SearchValues.Create(",\"\r\n");

    /// <summary>The cell as CSV: an apostrophe in front of formulas, and quotes where CSV requires them.</summary>
    public static string Escape(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        var safe = IsFormula(text) ? "'" + text : text;
        return safe.AsSpan().ContainsAny(Special) ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }

    /// <summary>Spreadsheets ignore leading spaces, tabs and line breaks.</summary>
    private static bool IsFormula(string text) =>
        text.AsSpan().TrimStart() is ['=' or '+' or '-' or '@', ..] || text[0] is '\t' or '\r' or '\n';
}
