using System.Buffers;

namespace Smplat.Core.Analytics;

/// <summary>Makes a text safe to open in a spreadsheet: what would run as a formula is shown as text.</summary>
public static class SpreadsheetCell
{
    private static readonly SearchValues<char> Special = SearchValues.Create(",\"\r\n");

    /// <summary>The cell as CSV writes it: with a quote in front of formulas, and in quotes where CSV needs them.</summary>
    public static string Of(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        var safe = IsFormula(text) ? "'" + text : text;
        return safe.AsSpan().ContainsAny(Special) ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }

    /// <summary>Spreadsheets look past leading blanks, tabs and line breaks.</summary>
    private static bool IsFormula(string text) =>
        text.AsSpan().TrimStart() is ['=' or '+' or '-' or '@', ..] || text[0] is '\t' or '\r' or '\n';
}
