using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Http;

/// <summary>Parses bodies and query strings into commands.</summary>
public static class RequestInput
{
    /// <summary>
    /// The source of the exceptions that the JSON reader throws for half a surrogate pair or invalid UTF-8, which it
    /// detects only when the text is read.
    /// </summary>
    private const string TextReader = "System.Text.Json.Rethrowable";

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <summary>Reads a JSON object from the body.</summary>
    /// <exception cref="InvalidInputException">The body is not JSON, or some of its members are invalid.</exception>
    public static async Task<T> ReadAsync<T>(
        this HttpRequest request, Func<Fields, T> read, CancellationToken cancellationToken)
    {
        var bytes = await request.ReadBytesAsync(cancellationToken);
        using var document = Parse(bytes);
        return Read(document.RootElement.Clone(), "body", read);
    }

    /// <summary>Reads the query string; a repeated name becomes a list.</summary>
    /// <exception cref="InvalidInputException">Some parameters are invalid.</exception>
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
                    : new(["body"], "A member must not appear twice, because parsers differ in which one they use.", "json_duplicate"),
            ]);
        }
        catch (InvalidOperationException exception) when (exception.Source == TextReader)
        {
            throw BrokenText("body");
        }
    }
}

/// <summary>Parses path segments and headers; an invalid one is a 422, like an invalid member.</summary>
public static class RouteInput
{
    /// <summary>Characters of an <c>Idempotency-Key</c>.</summary>
    public const int MaxKeyLength = 255;

    /// <param name="name">How the error list names the part.</param>
    /// <exception cref="InvalidInputException">The text is not a UUID.</exception>
    public static Guid Guid(string text, string name) => System.Guid.TryParse(text, out var id)
        ? id
        : throw new InvalidInputException([new(["path", name], "A UUID is expected.", "uuid_parsing")]);

    /// <summary>The caller's <c>Idempotency-Key</c>; null when there is none.</summary>
    /// <exception cref="InvalidInputException">The key is longer than 255 characters.</exception>
    public static string? IdempotencyKey(this HttpRequest request) => request.Headers["Idempotency-Key"].ToString() switch
    {
        "" => null,
        { Length: > MaxKeyLength } => throw new InvalidInputException(
            [new(["header", "Idempotency-Key"], $"At most {MaxKeyLength} characters are allowed.", "string_too_long")]),
        var key => key,
    };

    /// <exception cref="InvalidInputException">The request has no such header.</exception>
    public static string RequiredHeader(HttpRequest request, string name) => request.Headers[name].ToString() is { Length: > 0 } value
        ? value
        : throw new InvalidInputException([new(["header", name], "A value is required.", "missing")]);
}

/// <summary>
/// The largest body of the function. Without it: 64 KiB when the function is open to all, 10 MiB when it needs a key.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BodyLimitAttribute(int kibibytes) : Attribute
{
    public int Bytes { get; } = kibibytes * 1024;
}

/// <summary>
/// Reads bodies within the limit of their function, counting the bytes that actually arrive, before and after decompression.
/// </summary>
public static class RequestBody
{
    /// <summary>10 MiB: the limit of functions that need a key, and of no function more.</summary>
    public const int MaxBytes = 10 * 1024 * 1024;

    /// <summary>64 KiB: the limit of functions that are open to all.</summary>
    public const int MaxOpenBytes = 64 * 1024;

    private static readonly object LimitSlot = new();

    private const int ChunkBytes = 16 * 1024;

    /// <exception cref="UnreadableBodyException">The body is over the limit, badly encoded or incomplete.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(this HttpRequest request, CancellationToken cancellationToken)
    {
        var limit = LimitOf(request.HttpContext);
        if (request.ContentLength > limit)
        {
            throw TooLarge(limit);
        }

        var encoding = request.Headers.ContentEncoding.ToString();
        try
        {
            if (encoding.Length == 0 || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            {
                return await ReadToEndAsync(request.Body, (int)(request.ContentLength ?? 0), limit, cancellationToken);
            }

            // The compressed bytes have the same limit, so a decompression bomb is stopped on either side.
            var wire = new MemoryStream((await ReadToEndAsync(request.Body, 0, limit, cancellationToken)).ToArray());
            await using var decoded = Decode(encoding, wire);
            return await ReadToEndAsync(decoded, 0, limit, cancellationToken);
        }
        catch (InvalidDataException)
        {
            throw new UnreadableBodyException(ErrorKind.InvalidRequest, $"The body is not valid {encoding}.");
        }
        catch (BadHttpRequestException exception)
        {
            throw exception.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? TooLarge(limit)
                : new UnreadableBodyException(ErrorKind.InvalidRequest, "The body is incomplete or malformed.");
        }
    }

    /// <summary>Sets the limit before the function runs.</summary>
    internal static void SetBodyLimit(this HttpContext http, int bytes) => http.Items[LimitSlot] = bytes;

    private static int LimitOf(HttpContext http) => http.Items.TryGetValue(LimitSlot, out var limit) ? (int)limit! : MaxOpenBytes;

    private static Stream Decode(string encoding, Stream wire) => encoding.ToLowerInvariant() switch
    {
        "gzip" or "x-gzip" => new GZipStream(wire, CompressionMode.Decompress),
        "deflate" => new ZLibStream(wire, CompressionMode.Decompress),
        "br" => new BrotliStream(wire, CompressionMode.Decompress),
        _ => throw new UnreadableBodyException(
            ErrorKind.UnsupportedEncoding, "Content-Encoding must be gzip, deflate, br or identity."),
    };

    private static async Task<ReadOnlyMemory<byte>> ReadToEndAsync(
        Stream stream, int expected, int limit, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(Math.Clamp(expected + 1, 256, limit + 1));
        while (true)
        {
            var memory = buffer.GetMemory(buffer.WrittenCount == 0 && expected > 0 ? expected + 1 : ChunkBytes);
            var count = await stream.ReadAsync(memory, cancellationToken);
            if (count == 0)
            {
                return buffer.WrittenMemory;
            }

            buffer.Advance(count);
            if (buffer.WrittenCount > limit)
            {
                throw TooLarge(limit);
            }
        }
    }

    private static UnreadableBodyException TooLarge(int limit) =>
        new(ErrorKind.TooLarge, $"A body may have at most {limit} bytes ({limit / 1024} KiB).", limit);
}

/// <summary>A body that cannot be read at all: too large, in an unknown encoding, or incomplete.</summary>
public sealed class UnreadableBodyException(ErrorKind kind, string message, int? maxSize = null) : Exception(message)
{
    public ErrorKind Kind { get; } = kind;

    /// <summary>The limit in bytes, if it was exceeded.</summary>
    public int? MaxSize { get; } = maxSize;
}
