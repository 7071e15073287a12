using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Smplat.Functions.Http;

/// <summary>
/// A file that a page loads, addressed by its content: with the right version in its address browsers may cache it
/// permanently, otherwise they ask whether it has changed.
/// </summary>
internal sealed class StaticFile
{
    private readonly string _folder;
    private readonly string _contentType;
    private readonly byte[] _bytes;
    private readonly bool _isGzip;
    private readonly string _hash;

    private StaticFile(string folder, string name, string contentType, byte[] bytes, bool isGzip)
    {
        (_folder, Name, _contentType, _bytes, _isGzip) = (folder, name, contentType, bytes, isGzip);
        _hash = Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8));
    }

    public string Name { get; }

    /// <summary>The address with the version.</summary>
    public string Href => $"{_folder}/{Name}?v={_hash}";

    /// <summary>A file embedded in this assembly.</summary>
    public static StaticFile Embedded(string folder, string name, string contentType)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded.");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return new(folder, name, contentType, memory.ToArray(), isGzip: false);
    }

    /// <param name="gzip">The content, already compressed; it is decompressed for callers that do not accept gzip.</param>
    public static StaticFile Compressed(string folder, string name, string contentType, byte[] gzip) =>
        new(folder, name, contentType, gzip, isGzip: true);

    /// <summary>Compresses the content once for all callers that accept gzip.</summary>
    public static StaticFile Compress(string folder, string name, string contentType, ReadOnlySpan<byte> bytes)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.SmallestSize))
        {
            gzip.Write(bytes);
        }

        return Compressed(folder, name, contentType, memory.ToArray());
    }

    public IResult Answer(HttpRequest request)
    {
        var tag = $"\"{_hash}\"";
        var isKnown = request.Headers.IfNoneMatch.ToString().Split(',').Any(known => known.Trim() == tag);
        var sendsGzip = _isGzip && request.GetTypedHeaders().AcceptEncoding.Any(coding => coding.Value == "gzip" && coding.Quality is not 0);
        var answer = isKnown
            ? new BytesAnswer(default, null, StatusCodes.Status304NotModified)
            : new BytesAnswer(_isGzip && !sendsGzip ? Decompress() : _bytes, _contentType, StatusCodes.Status200OK);
        if (sendsGzip && !isKnown)
        {
            answer.Headers[HeaderNames.ContentEncoding] = "gzip";
        }

        if (_isGzip)
        {
            answer.Headers[HeaderNames.Vary] = HeaderNames.AcceptEncoding;
        }

        answer.Headers[HeaderNames.ETag] = tag;
        answer.Headers[HeaderNames.CacheControl] = request.Query["v"] == _hash ? "public, max-age=31536000, immutable" : "no-cache";
        answer.Headers[HeaderNames.ContentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'";
        return answer;
    }

    private byte[] Decompress()
    {
        using var gzip = new GZipStream(new MemoryStream(_bytes), CompressionMode.Decompress);
        using var memory = new MemoryStream();
        gzip.CopyTo(memory);
        return memory.ToArray();
    }
}
