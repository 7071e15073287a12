using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Smplat.Core.Operators;
using Smplat.Core.Platform.Security;
using Smplat.Core.Platform.Settings;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The session of an operator who has signed in with a key.</summary>
/// <param name="KeyName">The name of the configured key; never the key itself.</param>
/// <param name="Id">Random; the anti-forgery token is bound to it.</param>
public sealed record OpsSession(string KeyName, string Id, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt)
{
    /// <summary>The name of the actor in job runs and audit rows.</summary>
    public string Actor => $"ops-page:{KeyName}";
}

/// <summary>
/// Sessions that exist only in their cookie, so that every instance knows them, even while the database is unavailable.
/// The signing key is derived from the session secret and the operator key: when either changes, the session ends. A local
/// run without a session secret generates one, and its sessions end with the run.
/// </summary>
public sealed class OpsSessions(
    KeyRing keys, IOptionsMonitor<OpsPageOptions> options, IOptionsMonitor<RuntimeOptions> runtime, TimeProvider clock)
{
    /// <summary>The name of the session in a local run in which no key is configured.</summary>
    public const string KeylessName = "local";

    private readonly byte[] _localSecret = RandomNumberGenerator.GetBytes(32);

    /// <summary>Whether the pages need no key: only in a local run, and only while none is configured.</summary>
    public bool IsKeyless => keys.IsEmpty && runtime.CurrentValue.IsLocal;

    public bool HasSecret => Secret() is not null;

    /// <summary>Whether somebody can sign in: with a configured key, or without one in a local run.</summary>
    public bool HasKey => !keys.IsEmpty || IsKeyless;

    /// <summary>How long a session lasts.</summary>
    public int Hours => options.CurrentValue.SessionHours;

    /// <returns>The session and its cookie.</returns>
    public (OpsSession Session, string Cookie) Begin(string keyName)
    {
        var now = Seconds(clock.GetUtcNow());
        var session = new OpsSession(keyName, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)), now, now.AddHours(Hours));
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{session.KeyName}|{session.Id}|{session.IssuedAt.ToUnixTimeSeconds()}|{session.ExpiresAt.ToUnixTimeSeconds()}");
        return (session, SignerOf(keyName)!.Seal(text));
    }

    /// <summary>Null when the cookie was tampered with, has expired, or belongs to a key without operator access.</summary>
    public OpsSession? Read(string cookie)
    {
        if (HmacSigner.Peek(cookie)?.Split('|') is not [var keyName, var id, var issued, var expires]
            || SignerOf(keyName)?.Open(cookie) is null)
        {
            return null;
        }

        var session = new OpsSession(keyName, id, Instant(issued), Instant(expires));
        var now = clock.GetUtcNow();
        var isOver = now >= session.ExpiresAt || now >= session.IssuedAt.AddHours(Hours);
        return isOver ? null : session;
    }

    /// <summary>The key with which the session was begun; null in a local run without keys.</summary>
    public KeyMatch? KeyOf(OpsSession session) => keys.Find(session.KeyName)?.Match;

    /// <summary>The token that every form of the session carries.</summary>
    public string TokenOf(OpsSession session) => SignerOf(session.KeyName)!.TagOf($"form|{session.Id}");

    public bool IsTokenOf(OpsSession session, string? token) => SignerOf(session.KeyName)!.IsTagOf($"form|{session.Id}", token);

    /// <summary>The token of a login form, bound to the browser that fetched it.</summary>
    /// <param name="formId">The value of the cookie <see cref="OpsCookies.LoginForm"/>.</param>
    public string LoginTokenOf(string formId) => new HmacSigner([Secret()!]).TagOf($"login|{formId}");

    public bool IsLoginTokenOf(string formId, string? token) => new HmacSigner([Secret()!]).IsTagOf($"login|{formId}", token);

    /// <summary>Signs a text, such as the notice after an action, so that only this app can have written it.</summary>
    public string Sign(OpsSession session, string text) => SignerOf(session.KeyName)!.Seal(text);

    /// <summary>The signed text; null when it was tampered with.</summary>
    public string? Verify(OpsSession session, string signedText) => SignerOf(session.KeyName)!.Open(signedText);

    /// <summary>Null when no secret is configured, except in a local run.</summary>
    private byte[]? Secret() =>
        options.CurrentValue.SessionSecret is { Length: > 0 } configured ? Encoding.UTF8.GetBytes(configured)
        : runtime.CurrentValue.IsLocal ? _localSecret
        : null;

    private HmacSigner? SignerOf(string keyName)
    {
        if (Secret() is not { } secret)
        {
            return null;
        }

        if (IsKeyless)
        {
            return keyName == KeylessName ? SignerFor(secret, keyName, []) : null;
        }

        return keys.Find(keyName) is { } found && found.Match.Scopes.Contains(KeyScope.Operator)
            ? SignerFor(secret, keyName, found.Digest)
            : null;
    }

    private static HmacSigner SignerFor(byte[] secret, string keyName, byte[] digest) =>
        HmacSigner.ForPurpose([secret], (byte[])[.. Encoding.UTF8.GetBytes($"smplat-ops-session|{keyName}|"), .. digest]);

    private static DateTimeOffset Seconds(DateTimeOffset at) => DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds());

    // Only our own text gets here: the signature has been verified.
    private static DateTimeOffset Instant(string seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(seconds, CultureInfo.InvariantCulture));
}

/// <summary>The cookies of the operator pages: inaccessible to scripts and other sites, and sent only to these pages.</summary>
public sealed class OpsCookies(IOptionsMonitor<RuntimeOptions> runtime)
{
    public const string Session = "smplat-ops";

    /// <summary>Proves that the browser that sends a login form also fetched it.</summary>
    public const string LoginForm = "smplat-ops-visit";

    /// <summary>The notice that is shown once after an action.</summary>
    public const string Notice = "smplat-ops-notice";

    private const string Path = "/ops";

    public static string? Read(HttpRequest request, string name) => request.Cookies[name] is { Length: > 0 } value ? value : null;

    public void Write(HttpRequest request, string name, string value, TimeSpan lifetime) =>
        request.HttpContext.Response.Cookies.Append(name, value, Options(request, lifetime));

    public void Remove(HttpRequest request, string name) =>
        request.HttpContext.Response.Cookies.Delete(name, Options(request, null));

    private CookieOptions Options(HttpRequest request, TimeSpan? lifetime) => new()
    {
        Path = Path,
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        // The platform's front end calls the worker over plain http, so only a local run may send cookies without Secure.
        Secure = !runtime.CurrentValue.IsLocal || request.IsHttps,
        MaxAge = lifetime,
    };
}
