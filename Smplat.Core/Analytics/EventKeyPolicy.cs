using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Smplat.Core.Analytics;

/// <summary>
/// Turns a client's key into the id by which its event is known for ever. A UUID stays what it is; any other text becomes
/// the same UUID (version 8) every time.
/// </summary>
public static class EventKeyPolicy
{
    /// <summary>Longest key in characters.</summary>
    public const int MaxLength = 255;

    public static Guid IdOf(string key) =>
        Guid.TryParseExact(key, "D", out var id) && id != Guid.Empty ? id : Digest(key);

    /// <summary>Id of one event of a batch that came under a single Idempotency-Key.</summary>
    public static Guid IdOf(string key, int index) =>
        Digest(string.Create(CultureInfo.InvariantCulture, $"{key}\n{index}"));

    private static Guid Digest(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"offer-event\n{text}"), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
