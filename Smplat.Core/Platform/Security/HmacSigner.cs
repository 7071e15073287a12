using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Smplat.Core.Platform.Security;

/// <summary>
/// Signs and checks with HMAC-SHA256. The first key signs, each of them is accepted, so that keys can be rotated. Tags are
/// compared in constant time and every key is tried, so that the time tells neither which key nor which byte came close.
/// </summary>
public sealed class HmacSigner
{
    /// <summary>Longest sealed text that is looked at.</summary>
    public const int LongestSealed = 4096;

    private const int LeastTagBytes = 16;

    private readonly byte[][] _keys;
    private readonly int _tagBytes;

    /// <param name="keys">At least one, the signing key first.</param>
    /// <param name="tagBytes">Bytes of a tag, 16 to 32; a shorter tag is the beginning of the full one.</param>
    public HmacSigner(IReadOnlyList<byte[]> keys, int tagBytes = HMACSHA256.HashSizeInBytes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(keys.Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(tagBytes, LeastTagBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tagBytes, HMACSHA256.HashSizeInBytes);
        (_keys, _tagBytes) = ([.. keys], tagBytes);
    }

    /// <summary>A signer whose keys serve one purpose: what is signed for one never passes for another.</summary>
    /// <param name="secrets">At least one, the current one first.</param>
    /// <param name="purpose">Anything that tells the purposes apart.</param>
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

    /// <summary>Whether one of the keys made the tag for exactly these bytes.</summary>
    public bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> tag)
    {
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var isGenuine = false;
        foreach (var key in _keys)
        {
            HMACSHA256.HashData(key, content, expected);
            isGenuine |= CryptographicOperations.FixedTimeEquals(expected[.._tagBytes], tag);
        }

        return isGenuine;
    }

    /// <summary>The tag of a text, in base64url.</summary>
    public string TagOf(string text) => Base64Url.EncodeToString(Sign(Encoding.UTF8.GetBytes(text)));

    /// <summary>Whether this is the tag of the text, in base64url.</summary>
    public bool IsTagOf(string text, string? tag) =>
        tag is { Length: <= LongestSealed } && TryDecode(tag, out var shown) && Verify(Encoding.UTF8.GetBytes(text), shown);

    /// <summary>The text with its tag, which anyone can read and nobody else can write: <c>text.tag</c>, both base64url.</summary>
    public string Seal(string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        return $"{Base64Url.EncodeToString(content)}.{Base64Url.EncodeToString(Sign(content))}";
    }

    /// <returns>The text that was sealed; null when it was changed, or sealed with another key, or is no sealed text.</returns>
    public string? Open(string sealedText) =>
        TrySplit(sealedText, out var content, out var tag) && Verify(content, tag) ? Encoding.UTF8.GetString(content) : null;

    /// <summary>The text without a look at its tag, to learn which key to check it with; null when it is no sealed text.</summary>
    public static string? Peek(string sealedText) => TrySplit(sealedText, out var content, out _) ? Encoding.UTF8.GetString(content) : null;

    /// <summary>Reads a full tag that is written in hex digits or in Base64.</summary>
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
        return sealedText.Length <= LongestSealed && sealedText.Split('.') is [var first, var second]
            && TryDecode(first, out content) && TryDecode(second, out tag);
    }

    private static bool TryDecode(string text, out byte[] bytes)
    {
        var isValid = Base64Url.IsValid(text);
        bytes = isValid ? Base64Url.DecodeFromChars(text) : [];
        return isValid;
    }
}

/// <summary>Compares secrets that are shown as they are.</summary>
public static class SecretText
{
    /// <summary>Digests are compared, so that neither length nor content shows in the time that it takes.</summary>
    public static bool Same(string? shown, string expected) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(shown ?? "")), SHA256.HashData(Encoding.UTF8.GetBytes(expected)));
}
