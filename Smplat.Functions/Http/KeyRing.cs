using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Smplat.Functions.Http;

/// <summary>The configured keys, kept as digests so that a comparison takes the same time for every input.</summary>
public sealed class KeyRing
{
    private volatile Entry[] _keys;

    public KeyRing(IOptionsMonitor<KeyOptions> options)
    {
        _keys = Hold(options.CurrentValue);
        options.OnChange(changed => _keys = Hold(changed));
    }

    public bool IsEmpty => _keys.Length == 0;

    /// <summary>The keys that are accepted now, by name and fingerprint.</summary>
    public IReadOnlyList<KeyMatch> Held => [.. _keys.Select(key => key.Match)];

    /// <summary>The configured key that equals this one; null when none does.</summary>
    public KeyMatch? Match(string shown)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(shown), digest);
        KeyMatch? match = null;
        foreach (var key in _keys)
        {
            // No early exit: the time must not reveal which key matched.
            if (CryptographicOperations.FixedTimeEquals(digest, key.Digest))
            {
                match ??= key.Match;
            }
        }

        return match;
    }

    /// <summary>A key by its name, with the digest that distinguishes it from its successor; null when there is none.</summary>
    public (KeyMatch Match, byte[] Digest)? Find(string name) =>
        Array.Find(_keys, key => key.Match.Name == name) is { } held ? (held.Match, held.Digest) : null;

    private static Entry[] Hold(KeyOptions options)
    {
        var hasOperatorKey = !string.IsNullOrWhiteSpace(options.Operator);
        KeyScope[] checkout = hasOperatorKey
            ? [KeyScope.Storefront, KeyScope.Metrics]
            : [KeyScope.Storefront, KeyScope.Metrics, KeyScope.Operator];
        (string? Key, string Name, string Setting, KeyScope[] Scopes)[] all =
        [
            (options.Checkout, "checkout", "CHECKOUT_API_KEY", checkout),
            (options.CheckoutPrevious, "checkout-previous", "CHECKOUT_API_KEY_PREVIOUS", checkout),
            (options.Operator, "operator", "OPERATOR_API_KEY", [KeyScope.Storefront, KeyScope.Metrics, KeyScope.Operator]),
            (options.Metrics, "metrics", "METRICS_API_KEY", [KeyScope.Metrics]),
        ];
        return
        [
            .. from entry in all
               where !string.IsNullOrWhiteSpace(entry.Key)
               let digest = SHA256.HashData(Encoding.UTF8.GetBytes(entry.Key.Trim()))
               select new Entry(digest, new(entry.Name, entry.Setting, Fingerprint(digest), entry.Scopes)),
        ];
    }

    /// <summary>Enough to distinguish keys, too little to test guesses against.</summary>
    private static string Fingerprint(byte[] digest) => Convert.ToHexStringLower(digest.AsSpan(0, 4));

    private sealed record Entry(byte[] Digest, KeyMatch Match);
}

/// <summary>A recognized key.</summary>
/// <param name="Name">Which of the configured keys it is; never the key.</param>
/// <param name="Setting">Where it is configured.</param>
/// <param name="Fingerprint">The first digits of its digest; distinguishes it from its predecessor of the same name.</param>
public sealed record KeyMatch(string Name, string Setting, string Fingerprint, IReadOnlyList<KeyScope> Scopes);
