using System.CommandLine;
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

    public static string ToJson<T>(T result) => JsonSerializer.Serialize(result, Naming);
}

/// <summary>The consoles: coloured and wrapped on a terminal, plain and unwrapped when piped or redirected.</summary>
public static class Terminal
{
    private const int PipeWidth = 240;

    /// <summary>Standard output, for results.</summary>
    public static IAnsiConsole Out { get; } = Open(Console.Out, Console.IsOutputRedirected);

    /// <summary>Standard error, for problems and progress.</summary>
    public static IAnsiConsole Error { get; } = Open(Console.Error, Console.IsErrorRedirected);

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
            console.Profile.Width = PipeWidth;
        }

        return console;
    }
}
