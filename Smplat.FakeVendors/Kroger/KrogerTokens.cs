using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Smplat.FakeVendors.Kroger;

/// <summary>Access and refresh tokens with scope and expiry.</summary>
public sealed class KrogerTokens(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, KrogerGrant> _access = new();
    private readonly ConcurrentDictionary<string, string> _codes = new();
    private readonly ConcurrentDictionary<string, string> _refresh = new();

    /// <summary>Seconds that a new token lives. The vendor's figure is 1800.</summary>
    public int LifetimeSeconds { get; set; } = 1800;

    public string Issue(string scope, string? shopper = null)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        _access[token] = new KrogerGrant(scope, shopper, clock.GetUtcNow().AddSeconds(LifetimeSeconds));
        return token;
    }

    public string IssueRefresh(string shopper)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        _refresh[token] = shopper;
        return token;
    }

    public string IssueCode(string shopper)
    {
        var code = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        _codes[code] = shopper;
        return code;
    }

    public string? TakeCode(string code) => _codes.TryRemove(code, out var shopper) ? shopper : null;

    public string? TakeRefresh(string token) => _refresh.TryRemove(token, out var shopper) ? shopper : null;

    public KrogerGrant? Find(string token) =>
        _access.TryGetValue(token, out var grant) && grant.ExpiresAt > clock.GetUtcNow() ? grant : null;

    /// <summary>Makes every token that was given out invalid at once, as a key rotation does.</summary>
    public void ExpireAll() => _access.Clear();
}
