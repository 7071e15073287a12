using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Operators;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Settings;

namespace Smplat.Functions.Http;

/// <summary>The function answers only callers with a key of this scope.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequireKeyAttribute(KeyScope scope) : Attribute
{
    public KeyScope Scope { get; } = scope;
}

/// <summary>The function answers everybody, for the reason given.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OpenToAllAttribute(string reason) : Attribute
{
    public string Reason { get; } = reason;

    /// <summary>A caller who sends a key must send a valid one. Otherwise the key is ignored.</summary>
    public bool RefuseWrongKey { get; init; }

    /// <summary>The header with the signature or secret that authorizes the caller instead of a key; null when there is none.</summary>
    public string? Signature { get; init; }
}

/// <summary>What a key gives access to.</summary>
public enum KeyScope
{
    /// <summary>Storefront servers: CHECKOUT_API_KEY.</summary>
    Storefront,

    /// <summary>Dashboards and scrapers: METRICS_API_KEY, and always the checkout key.</summary>
    Metrics,

    /// <summary>Operators: OPERATOR_API_KEY, or the checkout key while there is none.</summary>
    Operator,
}

/// <summary>Lets a request through when its key gives access to the function, and sets the caller and the body limit of the request.</summary>
public sealed class AccessMiddleware(
    KeyRing keys,
    FunctionTraits traits,
    IOptionsMonitor<RuntimeOptions> runtime,
    IOptionsMonitor<HttpOptions> options,
    DurableCounters counters,
    KeyUseLog uses) : IFunctionsWorkerMiddleware
{
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http)
        {
            return next(context);
        }

        var trait = traits.Of(context.FunctionDefinition);
        var key = SentKey(http.Request);
        var match = key is null ? null : keys.Match(key);
        http.SetCaller(new(match, ClientAddress.Of(http, options.CurrentValue.ClientAddressHeader)));
        http.SetBodyLimit(trait.BodyLimit);

        if (trait.Scope is not { } scope)
        {
            return trait.RefuseWrongKey && key is not null && match is null && !keys.IsEmpty
                ? Refuse(http, KeyUseOutcome.WrongKey)
                : next(context);
        }

        if (keys.IsEmpty)
        {
            // Fail closed: only a local run may have no keys.
            if (runtime.CurrentValue.IsLocal)
            {
                return next(context);
            }

            Note(null, scope, KeyUseOutcome.NotConfigured);
            return ErrorBody.WriteAsync(http, ErrorKind.NotConfigured, "No API key is configured for this app; set CHECKOUT_API_KEY.");
        }

        var outcome = match is null ? key is null ? KeyUseOutcome.NoKey : KeyUseOutcome.WrongKey
            : match.Scopes.Contains(scope) ? KeyUseOutcome.Opened
            : KeyUseOutcome.WrongScope;
        Note(match, scope, outcome);
        return outcome switch
        {
            KeyUseOutcome.Opened => next(context),
            KeyUseOutcome.WrongScope => ErrorBody.WriteAsync(http, ErrorKind.Forbidden, "This key does not give access to this route."),
            _ => Refuse(http, outcome),
        };
    }

    private void Note(KeyMatch? match, KeyScope scope, string outcome) =>
        uses.Note(match?.Name ?? "unknown", match?.Fingerprint ?? "", scope.ToString().ToLowerInvariant(), outcome);

    private Task Refuse(HttpContext http, string why)
    {
        counters.Increment("smplat_http_refused_total", ("reason", why));
        return ErrorBody.WriteAsync(http, ErrorKind.Unauthorized, "Invalid API key");
    }

    private static string? SentKey(HttpRequest request)
    {
        if (request.Headers.TryGetValue("X-API-Key", out var header) && header.Count > 0)
        {
            return header[0];
        }

        var authorization = request.Headers.Authorization.ToString();
        return authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? authorization[7..].Trim() : null;
    }
}

/// <summary>The caller: the key that was sent, and the address that rate limits count by.</summary>
/// <param name="Key">Null for anonymous callers.</param>
/// <param name="Address">Client address, IPv6 cut to its /64.</param>
public sealed record Caller(KeyMatch? Key, string Address)
{
    public bool IsKeyed => Key is not null;

    /// <summary>Who is charged for vendor calls; null for callers with a key.</summary>
    public AnonymousCaller? Anonymous => IsKeyed ? null : new AnonymousCaller(Address);
}

public static class CallerOfRequest
{
    private static readonly object Slot = new();

    /// <summary>The caller, set before the function runs.</summary>
    public static Caller Caller(this HttpContext context) =>
        context.Items.TryGetValue(Slot, out var caller) ? (Caller)caller! : new(null, "unknown");

    internal static void SetCaller(this HttpContext context, Caller caller) => context.Items[Slot] = caller;
}

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
    public KeyMatch? Match(string key)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), digest);
        KeyMatch? match = null;
        foreach (var configured in _keys)
        {
            // No early exit: the time must not reveal which key matched.
            if (CryptographicOperations.FixedTimeEquals(digest, configured.Digest))
            {
                match ??= configured.Match;
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
