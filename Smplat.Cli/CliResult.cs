using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Smplat.Cli;

/// <summary>What a command found out: one JSON document with <c>--json</c>, else what people read.</summary>
public static class CliResult
{
    /// <summary>Names as the app's routes write them.</summary>
    private static readonly JsonSerializerOptions Naming = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static bool IsJson(this ParseResult parsed) => parsed.GetValue(GlobalOptions.Json);

    /// <param name="people">Writes the same for people.</param>
    /// <returns>The exit code, for the last line of a command.</returns>
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

    /// <summary>The same where people read one line.</summary>
    public static int Show<T>(this ParseResult parsed, T result, string text, int exitCode = 0) =>
        parsed.Show(result, () => Console.WriteLine(text), exitCode);

    public static string ToJson<T>(T result) => JsonSerializer.Serialize(result, Naming);
}
