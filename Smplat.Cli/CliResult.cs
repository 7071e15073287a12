using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Smplat.Cli;

/// <summary>Prints the result of a command: one JSON document with <c>--json</c>, else text for people.</summary>
public static class CliResult
{
    /// <summary>The same naming as the app's routes.</summary>
    private static readonly JsonSerializerOptions Naming = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static bool IsJson(this ParseResult parsed) => parsed.GetValue(GlobalOptions.Json);

    /// <param name="people">Prints the same for people.</param>
    /// <returns>The exit code, so that a command can end with this call.</returns>
    public static int Show<T>(this ParseResult parsed, T result, Action people, int exitCode = 0)
    {
        if (parsed.IsJson())
        {
            Console.WriteLine(ToJson(result));
        }
        else
        {
            people();
        }

        return exitCode;
    }

    /// <summary>The same for a result that people read as one text.</summary>
    public static int Show<T>(this ParseResult parsed, T result, string text, int exitCode = 0) =>
        parsed.Show(result, () => Console.WriteLine(text), exitCode);

    /// <summary>The same for a result that people read as a table.</summary>
    public static int Show<T>(this ParseResult parsed, T result, TextTable table, int exitCode = 0) =>
        parsed.Show(result, table.Write, exitCode);

    public static string ToJson<T>(T result) => JsonSerializer.Serialize(result, Naming);
}

/// <summary>The consoles: coloured and wrapped on a terminal, plain and unwrapped when piped or redirected.</summary>
public static class Terminal
{
    private const int PipeWidth = 100_000;
    private const int UsualWidth = 80;

    /// <summary>Standard output, for results.</summary>
    public static IAnsiConsole Out { get; } = Open(Console.Out, Console.IsOutputRedirected);

    /// <summary>Standard error, for problems and progress.</summary>
    public static IAnsiConsole Error { get; } = Open(Console.Error, Console.IsErrorRedirected);

    /// <summary>Columns for running text: those of the terminal, and 80 in a pipe.</summary>
    public static int Width => Out.Profile.Width == PipeWidth ? UsualWidth : Out.Profile.Width;

    /// <summary>Whether somebody can answer a question.</summary>
    public static bool CanAsk => !Console.IsInputRedirected && !Console.IsOutputRedirected;

    private static IAnsiConsole Open(TextWriter writer, bool isRedirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isRedirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = isRedirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (isRedirected)
        {
            console.Profile.Width = ExportedWidth() ?? PipeWidth;
        }

        return console;
    }

    /// <summary>COLUMNS is a shell's own variable; who exports it wants that width in a pipe as well.</summary>
    private static int? ExportedWidth() =>
        int.TryParse(Environment.GetEnvironmentVariables()["COLUMNS"] as string, NumberStyles.None, CultureInfo.InvariantCulture, out var columns)
        && columns is >= 40 and <= PipeWidth
            ? columns
            : null;
}

/// <summary>
/// A table that fits its terminal. Ids and times are never wrapped or cut: where columns do not fit, free text is wrapped,
/// and further columns move below their row, the last one first.
/// </summary>
public sealed class TextTable
{
    private const int Gap = 2;
    private const int NarrowestText = 16;
    private const string Indent = "    ";

    private readonly string _empty;
    private readonly Column[] _columns;
    private readonly List<string[]> _rows = [];

    /// <param name="empty">The sentence that replaces a table without rows.</param>
    /// <param name="columns">Names; <c>~</c> before one marks free text, which may be wrapped, and <c>#</c> a number.</param>
    public TextTable(string empty, params string[] columns)
    {
        _empty = empty;
        _columns = [.. columns.Select(name => new Column(name.TrimStart('~', '#'), name[0] == '~', name[0] == '#'))];
    }

    public int Count => _rows.Count;

    /// <param name="cells">One for each column; null is empty.</param>
    public TextTable Add(params string?[] cells)
    {
        // A cell is one line: a line break or another control character would break the table, or the terminal.
        _rows.Add([.. cells.Select(cell => Clean(cell ?? ""))]);
        return this;
    }

    public void Write()
    {
        var isHead = true;
        foreach (var line in Render(Terminal.Out.Profile.Width))
        {
            // The console would break a long id; only the head has a colour, and it fits.
            if (isHead && _rows.Count > 0 && line.Length < Terminal.Out.Profile.Width)
            {
                Terminal.Out.MarkupLine($"[grey]{Markup.Escape(line)}[/]");
            }
            else
            {
                Console.WriteLine(line);
            }

            isHead = false;
        }
    }

    public IEnumerable<string> Render(int width)
    {
        if (_rows.Count == 0)
        {
            return [_empty];
        }

        var widths = _columns.Select((column, at) => Math.Max(column.Name.Length, _rows.Max(row => row[at].Length))).ToArray();
        var beside = Fit(widths, width);
        return Lines([.. _columns.Select(column => column.Name.ToUpperInvariant())], beside, widths)
            .Concat(_rows.SelectMany(row => Lines(row, beside, widths).Concat(Below(row, beside, width))));
    }

    /// <summary>Words of a text in lines of a width; a word that is longer keeps a line of its own.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = word;
            }
            else
            {
                line = line.Length == 0 ? word : $"{line} {word}";
            }
        }

        yield return line;
    }

    /// <summary>Chooses the columns that stand beside one another, and narrows those with free text.</summary>
    private List<int> Fit(int[] widths, int width)
    {
        var beside = Enumerable.Range(0, _columns.Length).ToList();
        while (Total() > width)
        {
            var isText = beside.Any(at => _columns[at].IsText);
            var text = isText ? beside.Where(at => _columns[at].IsText).MaxBy(at => widths[at]) : 0;
            if (isText && widths[text] - (Total() - width) >= Math.Max(NarrowestText, LongestWord(text)))
            {
                widths[text] -= Total() - width;
            }
            else if (beside.Count > 1)
            {
                beside.Remove(isText ? text : beside[^1]);
            }
            else
            {
                break;
            }
        }

        return beside;

        int Total() => beside.Sum(at => widths[at]) + (Gap * (beside.Count - 1));
    }

    private int LongestWord(int at) => _rows.Max(row => row[at].Split(' ').Max(word => word.Length));

    private IEnumerable<string> Lines(string[] cells, List<int> beside, int[] widths)
    {
        var wrapped = beside.Select(at => _columns[at].IsText ? Wrap(cells[at], widths[at]).ToArray() : [cells[at]]).ToArray();
        for (var line = 0; line < wrapped.Max(cell => cell.Length); line++)
        {
            yield return string.Join(new string(' ', Gap), beside.Select((at, index) =>
            {
                var text = line < wrapped[index].Length ? wrapped[index][line] : "";
                return _columns[at].IsNumber ? text.PadLeft(widths[at]) : text.PadRight(widths[at]);
            })).TrimEnd();
        }
    }

    private IEnumerable<string> Below(string[] row, List<int> beside, int width) =>
        from at in Enumerable.Range(0, _columns.Length).Except(beside)
        where row[at].Length > 0
        from line in Wrap($"{_columns[at].Name}: {row[at]}", width - Indent.Length)
        select Indent + line;

    private static string Clean(string text) => string.Concat(text.ReplaceLineEndings(" ").Select(letter => char.IsControl(letter) ? ' ' : letter)).Trim();

    private readonly record struct Column(string Name, bool IsText, bool IsNumber);
}
