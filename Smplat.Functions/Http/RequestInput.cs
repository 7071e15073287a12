using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Http;

/// <summary>Turns bodies and query strings into commands.</summary>
public static class RequestInput
{
    /// <summary>
    /// Marks the exceptions by which the JSON reader says that a text holds half a surrogate pair or broken UTF-8; it
    /// looks only when the text is read.
    /// </summary>
    private const string TextReader = "System.Text.Json.Rethrowable";

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <summary>Reads a JSON object from the body.</summary>
    /// <exception cref="InvalidInputException">The body is not JSON, or members of it are wrong.</exception>
    public static async Task<T> ReadAsync<T>(
        this HttpRequest request, Func<Fields, T> read, CancellationToken cancellationToken)
    {
        var bytes = await request.ReadBytesAsync(cancellationToken);
        using var document = Parse(bytes);
        return Read(document.RootElement.Clone(), "body", read);
    }

    /// <summary>Reads the query string; a name given several times becomes a list.</summary>
    /// <exception cref="InvalidInputException">Parameters are wrong.</exception>
    public static T ReadQuery<T>(this HttpRequest request, Func<Fields, T> read)
    {
        var members = request.Query.ToDictionary(
            entry => entry.Key,
            entry => entry.Value.Count == 1 ? (object?)entry.Value[0] : entry.Value.ToArray());
        return Read(JsonSerializer.SerializeToElement(members), "query", read);
    }

    private static T Read<T>(JsonElement element, string source, Func<Fields, T> read)
    {
        var fields = Fields.From(element, source);
        fields.ThrowIfInvalid();
        try
        {
            var command = read(fields);
            fields.ThrowIfInvalid();
            return command;
        }
        catch (InvalidOperationException exception) when (exception.Source == TextReader)
        {
            throw BrokenText(source);
        }
    }

    private static InvalidInputException BrokenText(string source) =>
        new([new([source], "A text is not valid Unicode.", "string_unicode")]);

    private static JsonDocument Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return JsonDocument.Parse(bytes, Strict);
        }
        catch (JsonException exception)
        {
            throw new InvalidInputException(
            [
                exception.BytePositionInLine is { } position
                    ? new(["body", (int)position], "The body is not valid JSON.", "json_invalid")
                    : new(["body"], "No member may be given twice: readers would differ in which of both counts.", "json_duplicate"),
            ]);
        }
        catch (InvalidOperationException exception) when (exception.Source == TextReader)
        {
            throw BrokenText("body");
        }
    }
}
