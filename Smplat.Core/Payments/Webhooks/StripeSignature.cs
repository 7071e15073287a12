using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Smplat.Core.Payments.Webhooks;

/// <summary>Checks that a webhook comes from the provider: HMAC-SHA256 over the time and the raw bytes.</summary>
public static class StripeSignature
{
    /// <summary>A signature may be this much older or newer than the clock.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(300);

    /// <returns>Why it is refused; null when one of the secrets made it.</returns>
    public static string? Refuse(string header, ReadOnlySpan<byte> body, IReadOnlyList<string> secrets, DateTimeOffset now)
    {
        if (!TryRead(header, out var time, out var signatures))
        {
            return "the header has no time or no v1 signature";
        }

        var isGenuine = false;
        foreach (var secret in secrets.Where(secret => secret.Length > 0))
        {
            var expected = Sign(time, body, secret);
            foreach (var signature in signatures)
            {
                // No early exit: the time must not tell which came close.
                isGenuine |= CryptographicOperations.FixedTimeEquals(expected, signature);
            }
        }

        return !isGenuine ? "no secret of ours made it"
            : (now - DateTimeOffset.FromUnixTimeSeconds(time)).Duration() > Tolerance ? "it is too old or too new"
            : null;
    }

    /// <summary>The header that the provider would send.</summary>
    public static string Header(ReadOnlySpan<byte> body, string secret, DateTimeOffset now)
    {
        var time = now.ToUnixTimeSeconds();
        return string.Create(CultureInfo.InvariantCulture, $"t={time},v1={Convert.ToHexStringLower(Sign(time, body, secret))}");
    }

    private static byte[] Sign(long time, ReadOnlySpan<byte> body, string secret)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{time}.")));
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }

    private static bool TryRead(string header, out long time, out List<byte[]> signatures)
    {
        time = 0;
        signatures = [];
        var hasTime = false;
        foreach (var part in header.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.StartsWith("t=", StringComparison.Ordinal))
            {
                hasTime = long.TryParse(part.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out time)
                    && time <= DateTimeOffset.MaxValue.ToUnixTimeSeconds();
            }
            else if (part.StartsWith("v1=", StringComparison.Ordinal) && TryHex(part[3..]) is { } signature)
            {
                signatures.Add(signature);
            }
        }

        return hasTime && signatures.Count > 0;
    }

    private static byte[]? TryHex(string text)
    {
        var bytes = new byte[SHA256.HashSizeInBytes];
        return text.Length == bytes.Length * 2
            && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done
                ? bytes
                : null;
    }
}
