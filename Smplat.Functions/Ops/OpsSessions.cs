using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Smplat.Core.Operators;
using Smplat.Core.Platform.Security;
using Smplat.Core.Platform.Settings;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>
/// Sessions that live in their cookie alone, so that every instance knows them, also while the database is away. The
/// signing key is made from the session secret and from the operator key that was shown: when either changes, the session
/// is over.
/// </summary>
public sealed class OpsSessions(
    KeyRing keys, OpsSecret secret, IOptionsMonitor<OpsPageOptions> options, IOptionsMonitor<RuntimeOptions> runtime, TimeProvider clock)
{
    /// <summary>Name of the session in a local run in which no key is configured.</summary>
    public const string KeylessName = "local";

    /// <summary>Whether the page is open without a key: only locally, and only while none is configured.</summary>
    public bool IsKeyless => keys.IsEmpty && runtime.CurrentValue.IsLocal;

    /// <returns>The session, and the cookie that carries it.</returns>
    public (OpsSession Session, string Cookie) Begin(string keyName)
    {
        var now = Seconds(clock.GetUtcNow());
        var session = new OpsSession(
            keyName, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)), now, now.AddHours(options.CurrentValue.SessionHours));
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{session.KeyName}|{session.Id}|{session.IssuedAt.ToUnixTimeSeconds()}|{session.ExpiresAt.ToUnixTimeSeconds()}");
        return (session, SignerOf(keyName)!.Seal(text));
    }

    /// <summary>Null when the cookie was tampered with, has expired, or belongs to a key that is no longer an operator's.</summary>
    public OpsSession? Read(string cookie)
    {
        if (HmacSigner.Peek(cookie)?.Split('|') is not [var keyName, var id, var issued, var expires]
            || SignerOf(keyName)?.Open(cookie) is null)
        {
            return null;
        }

        var session = new OpsSession(keyName, id, Instant(issued), Instant(expires));
        var now = clock.GetUtcNow();
        var isOver = now >= session.ExpiresAt || now >= session.IssuedAt.AddHours(options.CurrentValue.SessionHours);
        return isOver ? null : session;
    }

    /// <summary>What every form of the session carries.</summary>
    public string TokenOf(OpsSession session) => SignerOf(session.KeyName)!.TagOf($"form|{session.Id}");

    public bool IsTokenOf(OpsSession session, string? shown) => SignerOf(session.KeyName)!.IsTagOf($"form|{session.Id}", shown);

    /// <summary>Text that only this app can have written, such as what is told after an action.</summary>
    public string Close(OpsSession session, string text) => SignerOf(session.KeyName)!.Seal(text);

    public string? Open(OpsSession session, string sealedText) => SignerOf(session.KeyName)!.Open(sealedText);

    private HmacSigner? SignerOf(string keyName)
    {
        if (secret.Find() is not { } signing)
        {
            return null;
        }

        if (IsKeyless)
        {
            return keyName == KeylessName ? For(signing, keyName, []) : null;
        }

        return keys.Find(keyName) is { } found && found.Match.Scopes.Contains(KeyScope.Operator)
            ? For(signing, keyName, found.Digest)
            : null;
    }

    private static HmacSigner For(byte[] signing, string keyName, byte[] digest) =>
        HmacSigner.ForPurpose([signing], (byte[])[.. Encoding.UTF8.GetBytes($"smplat-ops-session|{keyName}|"), .. digest]);

    private static DateTimeOffset Seconds(DateTimeOffset at) => DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds());

    // Only texts of our own get here: the signature was checked.
    private static DateTimeOffset Instant(string seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(seconds, CultureInfo.InvariantCulture));
}
