using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Smplat.Core.Platform.Security;

/// <summary>
/// Signs and verifies with HMAC-SHA256. The first key signs and all keys are accepted, so that keys can be rotated. Tags are
/// compared in constant time and every key is tried, so that the time reveals neither the key nor a matching byte.
/// </summary>
public sealed class HmacSigner
{
    /// <summary>Maximum length of a sealed text; a longer one is rejected.</summary>
    public const int MaxSealedLength = 4096;

    private const int MinTagBytes = 16;

    private readonly byte[][] _keys;
    private readonly int _tagBytes;

    /// <param name="keys">At least one, the signing key first.</param>
    /// <param name="tagBytes">Bytes of a tag, 16 to 32; a shorter tag is the start of the full one.</param>
    public HmacSigner(IReadOnlyList<byte[]> keys, int tagBytes = HMACSHA256.HashSizeInBytes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(keys.Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(tagBytes, MinTagBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tagBytes, HMACSHA256.HashSizeInBytes);
        (_keys, _tagBytes) = ([.. keys], tagBytes);
    }

    /// <summary>A signer with keys for one purpose: a signature for one purpose is never valid for another.</summary>
    /// <param name="secrets">At least one, the current one first.</param>
    /// <param name="purpose">Any value that is unique to the purpose.</param>
    /// <param name="tagBytes">Bytes of a tag, 16 to 32.</param>
    public static HmacSigner ForPurpose(
        IEnumerable<byte[]> secrets, ReadOnlySpan<byte> purpose, int tagBytes = HMACSHA256.HashSizeInBytes)
    {
        var keys = new List<byte[]>();
        foreach (var secret in secrets)
        {
            keys.Add(HMACSHA256.HashData(secret, purpose));
        }

        return new(keys, tagBytes);
    }

    public byte[] Sign(ReadOnlySpan<byte> content) => HMACSHA256.HashData(_keys[0], content)[.._tagBytes];

    /// <summary>Whether one of the keys created the tag for exactly these bytes.</summary>
    public bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> tag)
    {
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var isValid = false;
        foreach (var key in _keys)
        {
            HMACSHA256.HashData(key, content, expected);
            isValid |= CryptographicOperations.FixedTimeEquals(expected[.._tagBytes], tag);
        }

        return isValid;
    }

    /// <summary>The tag of a text, in base64url.</summary>
    public string TagOf(string text) => Base64Url.EncodeToString(Sign(Encoding.UTF8.GetBytes(text)));

    /// <summary>Whether this is the tag of the text, in base64url.</summary>
    public bool IsTagOf(string text, string? tag) =>
        tag is { Length: <= MaxSealedLength } && TryDecode(tag, out var bytes) && Verify(Encoding.UTF8.GetBytes(text), bytes);

    /// <summary>The text with its tag, which anyone can read but nobody else can create: <c>text.tag</c>, both base64url.</summary>
    public string Seal(string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        return $"{Base64Url.EncodeToString(content)}.{Base64Url.EncodeToString(Sign(content))}";
    }

    /// <returns>The original text; null if it was changed, or sealed with another key, or is not a sealed text.</returns>
    public string? Open(string sealedText) =>
        TrySplit(sealedText, out var content, out var tag) && Verify(content, tag) ? Encoding.UTF8.GetString(content) : null;

    /// <summary>The text without verification, to find out which key verifies it; null if it is not a sealed text.</summary>
    public static string? Peek(string sealedText) => TrySplit(sealedText, out var content, out _) ? Encoding.UTF8.GetString(content) : null;

    /// <summary>Parses a full tag in hexadecimal or Base64.</summary>
    public static bool TryReadTag(string text, out byte[] tag)
    {
        tag = new byte[HMACSHA256.HashSizeInBytes];
        return text.Length == tag.Length * 2
            ? Convert.FromHexString(text, tag, out _, out var read) == OperationStatus.Done && read == tag.Length
            : Convert.TryFromBase64String(text, tag, out var length) && length == tag.Length;
    }

    private static bool TrySplit(string sealedText, out byte[] content, out byte[] tag)
    {
        (content, tag) = ([], []);
        return sealedText.Length <= MaxSealedLength && sealedText.Split('.') is [var first, var second]
            && TryDecode(first, out content) && TryDecode(second, out tag);
    }

    private static bool TryDecode(string text, out byte[] bytes)
    {
        var isValid = Base64Url.IsValid(text);
        bytes = isValid ? Base64Url.DecodeFromChars(text) : [];
        return isValid;
    }
}

/// <summary>Compares secrets in plain text.</summary>
internal static class SecretText
{
    /// <summary>Compares digests, so that the time reveals neither the length nor the content.</summary>
    public static bool Same(string? actual, string expected) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(actual ?? "")), SHA256.HashData(Encoding.UTF8.GetBytes(expected)));
}
