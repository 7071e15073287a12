using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Options;
using Smplat.Core.Access;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Operators;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Settings;
using Smplat.Functions.Http.OpenApi;

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

/// <summary>
/// The function may be called for a member; without this, a request with a member's token is refused. With a storefront key alone
/// the storefront speaks for all its members.
/// </summary>
/// <param name="parameter">
/// The path parameter with the id of the member or of the member's order, which must be the token's; null when the function takes
/// the member from the token, or answers all members alike.
/// </param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ForMemberAttribute(string? parameter = null) : Attribute
{
    public string? Parameter { get; } = parameter;

    /// <summary>The parameter is the id of an order, which must be the member's.</summary>
    public bool IsOrder { get; init; }

    /// <summary>A storefront key alone is not enough: the request needs a member token.</summary>
    public bool IsTokenRequired { get; init; }
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

    /// <summary>Configuration and what cannot be undone: ADMIN_API_KEY only.</summary>
    Admin,
}

/// <summary>
/// Lets a request through when its key, and the member token if there is one, give access to the function, and sets the caller
/// and the body limit of the request. The key says what the calling server may do, the token for whom; the lower of both counts.
/// </summary>
public sealed class AccessMiddleware(
    KeyRing keys,
    FunctionTraits traits,
    MemberTokens tokens,
    IOptionsMonitor<RuntimeOptions> runtime,
    IOptionsMonitor<HttpOptions> options,
    OrderQueries orders,
    AccessRecorder recorder) : IFunctionsWorkerMiddleware
{
    /// <summary>The header with the signed token of a member.</summary>
    public const string TokenHeader = "X-Member-Token";

    private const string NoAdminKey = "This route needs the key of administrators, and none is configured; set ADMIN_API_KEY.";

    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http)
        {
            return next(context);
        }

        var trait = traits.Of(context.FunctionDefinition);
        var key = SentKey(http.Request);
        var match = key is null ? null : keys.Match(key);
        http.SetCaller(new(match, ClientAddress.Of(http, options.CurrentValue.ClientAddressHeader)), trait);
        http.SetBodyLimit(trait.BodyLimit);

        if (trait.Scope is not { } scope)
        {
            if (trait.RefuseWrongKey && key is not null && match is null && !keys.IsEmpty)
            {
                return Refuse(http, ErrorKind.Unauthorized, KeyUseOutcome.WrongKey, "Invalid API key");
            }

            recorder.WatchSignature(http, trait);
            return next(context);
        }

        // Fail closed: only a local run may have no keys.
        var isOpen = keys.IsEmpty && runtime.CurrentValue.IsLocal;
        if (!isOpen && JudgeKey(http, scope, key, match) is { } refused)
        {
            return refused;
        }

        if (trait.Member is { IsTokenRequired: true } || http.Request.Headers.ContainsKey(TokenHeader))
        {
            return InvokeForMemberAsync(context, http, trait, next);
        }

        recorder.WatchChange(http, trait);
        return next(context);
    }

    /// <returns>The answer that refuses the request; null when the key opens the route.</returns>
    private Task? JudgeKey(HttpContext http, KeyScope scope, string? key, KeyMatch? match)
    {
        if (keys.IsEmpty)
        {
            recorder.NoteKey(null, scope, KeyUseOutcome.NotConfigured);
            return Refuse(http, ErrorKind.NotConfigured, KeyUseOutcome.NotConfigured, "No API key is configured for this app; set CHECKOUT_API_KEY.");
        }

        if (match is null)
        {
            var outcome = key is null ? KeyUseOutcome.NoKey : KeyUseOutcome.WrongKey;
            recorder.NoteKey(null, scope, outcome);
            return Refuse(http, ErrorKind.Unauthorized, outcome, "Invalid API key");
        }

        if (match.Scopes.Contains(scope))
        {
            recorder.NoteKey(match, scope, KeyUseOutcome.Opened);
            return null;
        }

        recorder.NoteKey(match, scope, KeyUseOutcome.WrongScope);
        return scope == KeyScope.Admin && !keys.Opens(KeyScope.Admin)
            ? Refuse(http, ErrorKind.NotConfigured, "no_admin_key", NoAdminKey)
            : Refuse(http, ErrorKind.Forbidden, KeyUseOutcome.WrongScope, "This key does not give access to this route.");
    }

    private async Task InvokeForMemberAsync(FunctionContext context, HttpContext http, FunctionTrait trait, FunctionExecutionDelegate next)
    {
        var token = http.Request.Headers[TokenHeader].ToString();
        if (token.Length == 0)
        {
            await Refuse(http, ErrorKind.Unauthorized, "no_token", $"This route needs a member token in the header {TokenHeader}.");
            return;
        }

        switch (await tokens.ReadAsync(token))
        {
            case MemberTokenOutcome.Valid { Member: var member }:
                http.SetCaller(http.Caller() with { Member = member }, trait);
                if (await JudgeMemberAsync(http, trait, member, context.CancellationToken) is { } refusal)
                {
                    await Refuse(http, ErrorKind.Forbidden, refusal.Reason, refusal.Message);
                    return;
                }

                recorder.WatchChange(http, trait);
                await next(context);
                break;
            case MemberTokenOutcome.Invalid { Reason: MemberTokenOutcome.OutOfTime }:
                await Refuse(http, ErrorKind.Unauthorized, MemberTokenOutcome.OutOfTime, "The member token has expired, or is not valid yet.");
                break;
            case MemberTokenOutcome.Invalid invalid:
                await Refuse(http, ErrorKind.Unauthorized, invalid.Reason, "Invalid member token");
                break;
            default:
                await Refuse(
                    http, ErrorKind.NotConfigured, "no_token_key", "Member tokens are not configured; set MEMBER_TOKEN_SECRET or MEMBER_TOKEN_PUBLIC_KEY.");
                break;
        }
    }

    /// <summary>A token can only lower what the key opens; a role that is above the key's changes nothing.</summary>
    private async Task<(string Reason, string Message)?> JudgeMemberAsync(
        HttpContext http, FunctionTrait trait, Member member, CancellationToken cancellationToken)
    {
        var needed = trait.Tier == AccessTier.Metrics ? AccessTier.Operator : trait.Tier;
        if (member.Tier < needed)
        {
            return ("below_tier", "The member's role does not give access to this route.");
        }

        if (member.Tier > AccessTier.Member)
        {
            return null;
        }

        if (trait.Member is not { } rule)
        {
            return ("not_for_members", "This route is not open to a member's token; call it without one.");
        }

        if (rule.Parameter is not { } parameter)
        {
            return null;
        }

        // What is no id, and an order that does not exist, is nobody's; the function says so.
        return !Guid.TryParse(PathParameter.Read(trait.Route, http.Request.Path, parameter), out var id) || await IsOwnAsync(rule, id, member, cancellationToken)
            ? null
            : ("other_member", rule.IsOrder ? "The order belongs to somebody else." : "The member token names another member.");
    }

    private async Task<bool> IsOwnAsync(ForMemberAttribute rule, Guid id, Member member, CancellationToken cancellationToken) => rule.IsOrder
        ? await orders.FindAsync(id, cancellationToken) is not { } order || order.UserId == member.Id
        : id == member.Id;

    private Task Refuse(HttpContext http, ErrorKind kind, string reason, string message)
    {
        recorder.Refused(http, reason, kind.Status);
        return ErrorBody.WriteAsync(http, kind, message);
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

/// <summary>The caller: the key that was sent, the address that rate limits count by, and the member for whom it calls.</summary>
/// <param name="Key">Null for anonymous callers.</param>
/// <param name="Address">Client address, IPv6 cut to its /64.</param>
/// <param name="Member">Whom a valid member token names; null without one.</param>
public sealed record Caller(KeyMatch? Key, string Address, Member? Member = null)
{
    public bool IsKeyed => Key is not null;

    /// <summary>Who is charged for vendor calls; null for callers with a key.</summary>
    public AnonymousCaller? Anonymous => IsKeyed ? null : new AnonymousCaller(Address);
}

public static class CallerOfRequest
{
    private static readonly object Slot = new();
    private static readonly object TraitSlot = new();

    /// <summary>The caller, set before the function runs.</summary>
    public static Caller Caller(this HttpContext context) =>
        context.Items.TryGetValue(Slot, out var caller) ? (Caller)caller! : new(null, "unknown");

    /// <summary>What the function that was called declares.</summary>
    internal static FunctionTrait Trait(this HttpContext context) => (FunctionTrait)context.Items[TraitSlot]!;

    internal static void SetCaller(this HttpContext context, Caller caller, FunctionTrait trait) =>
        (context.Items[Slot], context.Items[TraitSlot]) = (caller, trait);
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

    /// <summary>Whether one of the configured keys has the scope.</summary>
    public bool Opens(KeyScope scope) => Array.Exists(_keys, key => key.Match.Scopes.Contains(scope));

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
            (options.Admin, "admin", "ADMIN_API_KEY", [KeyScope.Storefront, KeyScope.Metrics, KeyScope.Operator, KeyScope.Admin]),
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
