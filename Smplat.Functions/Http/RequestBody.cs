using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Smplat.Functions.Http;

/// <summary>Reads bodies within the limit, counting the bytes that really arrive, before and after decompression.</summary>
public static class RequestBody
{
    /// <summary>10 MiB for every body.</summary>
    public const int MaxBytes = 10 * 1024 * 1024;

    private const int ChunkBytes = 16 * 1024;

    /// <exception cref="UnreadableBodyException">The body is over the limit, badly encoded or broken off.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(this HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MaxBytes)
        {
            throw TooLarge();
        }

        var encoding = request.Headers.ContentEncoding.ToString();
        try
        {
            if (encoding.Length == 0 || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            {
                return await ReadToEndAsync(request.Body, (int)(request.ContentLength ?? 0), cancellationToken);
            }

            // The compressed bytes have the same limit, so a bomb is cut off on either side.
            var wire = new MemoryStream((await ReadToEndAsync(request.Body, 0, cancellationToken)).ToArray());
            await using var decoded = Decode(encoding, wire);
            return await ReadToEndAsync(decoded, 0, cancellationToken);
        }
        catch (InvalidDataException)
        {
            throw new UnreadableBodyException(ErrorKind.InvalidRequest, $"The body is not valid {encoding}.");
        }
        catch (BadHttpRequestException exception)
        {
            throw exception.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? TooLarge()
                : new UnreadableBodyException(ErrorKind.InvalidRequest, "The body broke off or is malformed.");
        }
    }

    private static Stream Decode(string encoding, Stream wire) => encoding.ToLowerInvariant() switch
    {
        "gzip" or "x-gzip" => new GZipStream(wire, CompressionMode.Decompress),
        "deflate" => new ZLibStream(wire, CompressionMode.Decompress),
        "br" => new BrotliStream(wire, CompressionMode.Decompress),
        _ => throw new UnreadableBodyException(
            ErrorKind.UnsupportedEncoding, "Content-Encoding must be gzip, deflate, br or identity."),
    };

    private static async Task<ReadOnlyMemory<byte>> ReadToEndAsync(
        Stream stream, int expected, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(Math.Clamp(expected + 1, 256, MaxBytes + 1));
        while (true)
        {
            var memory = buffer.GetMemory(buffer.WrittenCount == 0 && expected > 0 ? expected + 1 : ChunkBytes);
            var count = await stream.ReadAsync(memory, cancellationToken);
            if (count == 0)
            {
                return buffer.WrittenMemory;
            }

            buffer.Advance(count);
            if (buffer.WrittenCount > MaxBytes)
            {
                throw TooLarge();
            }
        }
    }

    private static UnreadableBodyException TooLarge() =>
        new(ErrorKind.TooLarge, $"A body may have {MaxBytes} bytes (10 MiB) at the most.", MaxBytes);
}
