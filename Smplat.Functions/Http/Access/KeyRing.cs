using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Smplat.Functions.Http.Access;

/// <summary>The configured keys, kept as digests so that comparing takes the same time whatever is shown.</summary>
public sealed class KeyRing
{
    private volatile Held[] _keys;

    public KeyRing(IOptionsMonitor<KeyOptions> options)
    {
        _keys = Hold(options.CurrentValue);
        options.OnChange(changed => _keys = Hold(changed));
    }

    public bool IsEmpty => _keys.Length == 0;

    /// <summary>What a shown key opens; null when it is nobody's.</summary>
    public KeyMatch? Match(string shown)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(shown), digest);
        KeyMatch? match = null;
        foreach (var key in _keys)
        {
            // No early exit: the time must not tell which key came close.
            if (CryptographicOperations.FixedTimeEquals(digest, key.Digest))
            {
                match ??= key.Match;
            }
        }

        return match;
    }

    /// <summary>A key by its name, with the digest that tells it from its successor; null when there is none of that name.</summary>
    public (KeyMatch Match, byte[] Digest)? Find(string name) =>
        Array.Find(_keys, key => key.Match.Name == name) is { } held ? (held.Match, held.Digest) : null;

    private static Held[] Hold(KeyOptions options)
    {
        var hasOperatorKey = !string.IsNullOrWhiteSpace(options.Operator);
        KeyScope[] checkout = hasOperatorKey
            ? [KeyScope.Storefront, KeyScope.Metrics]
            : [KeyScope.Storefront, KeyScope.Metrics, KeyScope.Operator];
        (string? Key, string Name, KeyScope[] Scopes)[] all =
        [
            (options.Checkout, "checkout", checkout),
            (options.CheckoutPrevious, "checkout-previous", checkout),
            (options.Operator, "operator", [KeyScope.Storefront, KeyScope.Metrics, KeyScope.Operator]),
            (options.Metrics, "metrics", [KeyScope.Metrics]),
        ];
        return
        [
            .. all.Where(entry => !string.IsNullOrWhiteSpace(entry.Key)).Select(entry =>
                new Held(SHA256.HashData(Encoding.UTF8.GetBytes(entry.Key!.Trim())), new(entry.Name, entry.Scopes))),
        ];
    }

    private sealed record Held(byte[] Digest, KeyMatch Match);
}
