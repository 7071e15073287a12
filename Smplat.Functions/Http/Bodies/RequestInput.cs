using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Smplat.Core.Input;

namespace Smplat.Functions.Http.Bodies;

/// <summary>Turns bodies and query strings into commands.</summary>
public static class RequestInput
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64 };

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
        var fields = Fields.Of(element, source);
        fields.ThrowIfInvalid();
        var command = read(fields);
        fields.ThrowIfInvalid();
        return command;
    }

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
                new(["body", (int)(exception.BytePositionInLine ?? 0)], "The body is not valid JSON.", "json_invalid"),
            ]);
        }
    }
}
