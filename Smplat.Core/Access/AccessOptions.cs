using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Access;

/// <summary>When sign-ins are locked out.</summary>
public sealed class LockoutOptions : IValidatableObject
{
    /// <summary>Failures of one identifier, from one address, within a window that cause a lockout. Default 5.</summary>
    [ConfigurationKeyName("AUTH_LOCKOUT_THRESHOLD")]
    [Range(1, 100)]
    public int Threshold { get; init; } = 5;

    /// <summary>
    /// Failures of one identifier, from all addresses together, within a window that cause a lockout. Default 50: high, so that
    /// a stranger does not lock a member out easily. Addresses from which the member signed in before are exempt.
    /// </summary>
    [ConfigurationKeyName("AUTH_LOCKOUT_IDENTIFIER_THRESHOLD")]
    [Range(1, 10_000)]
    public int IdentifierThreshold { get; init; } = 50;

    /// <summary>Seconds of a window, which starts at the first failure. Default 300.</summary>
    [ConfigurationKeyName("AUTH_LOCKOUT_WINDOW_SECONDS")]
    [Range(1, 86_400)]
    public int WindowSeconds { get; init; } = 300;

    /// <summary>Seconds that a lockout lasts. Default 900. Failures meanwhile do not extend it.</summary>
    [ConfigurationKeyName("AUTH_LOCKOUT_DURATION_SECONDS")]
    [Range(1, 86_400)]
    public int DurationSeconds { get; init; } = 900;

    /// <summary>Days after a sign-in that its address counts as one of the member's. Default 30; 0 means never.</summary>
    [ConfigurationKeyName("AUTH_LOCKOUT_KNOWN_ADDRESS_DAYS")]
    [Range(0, 365)]
    public int KnownAddressDays { get; init; } = 30;

    /// <summary>
    /// Key of the hashes under which identifiers and addresses are stored; at least 32 characters, the same on every instance.
    /// Changing it forgets all lockouts. If unset, the lockout routes answer 503, except in a local run, which has a built-in key.
    /// </summary>
    [ConfigurationKeyName("AUTH_LOCKOUT_SECRET")]
    [SecretSetting]
    [MinLength(32, ErrorMessage = "{0} must have at least 32 characters.")]
    public string? Secret { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (IdentifierThreshold < Threshold)
        {
            yield return new("AUTH_LOCKOUT_IDENTIFIER_THRESHOLD must not be below AUTH_LOCKOUT_THRESHOLD.");
        }
    }
}

/// <summary>How the signature of a member token is made.</summary>
public enum MemberTokenAlgorithm
{
    /// <summary>HMAC with a secret that issuer and app share.</summary>
    HS256,

    /// <summary>RSA; the app has only the public key.</summary>
    RS256,
}

/// <summary>The tokens that name the member for whom a storefront acts.</summary>
public sealed class MemberTokenOptions : IValidatableObject
{
    private const int MinKeyBits = 2048;

    /// <summary>How tokens are signed: <c>HS256</c> or <c>RS256</c>. Default HS256. Tokens with another algorithm are refused.</summary>
    [ConfigurationKeyName("MEMBER_TOKEN_ALGORITHM")]
    public MemberTokenAlgorithm Algorithm { get; init; } = MemberTokenAlgorithm.HS256;

    /// <summary>
    /// Secret of HS256, at least 32 characters. Without it (or, for RS256, without the public key) requests with a member token
    /// and routes that need one answer 503.
    /// </summary>
    [ConfigurationKeyName("MEMBER_TOKEN_SECRET")]
    [SecretSetting]
    [MinLength(32, ErrorMessage = "{0} must have at least 32 characters.")]
    public string? Secret { get; init; }

    /// <summary>The secret of HS256 before the last rotation; still accepted while set.</summary>
    [ConfigurationKeyName("MEMBER_TOKEN_SECRET_PREVIOUS")]
    [SecretSetting]
    [MinLength(32, ErrorMessage = "{0} must have at least 32 characters.")]
    public string? PreviousSecret { get; init; }

    /// <summary>Public key of RS256 in PEM, at least 2048 bits. Line breaks may be written as \n.</summary>
    [ConfigurationKeyName("MEMBER_TOKEN_PUBLIC_KEY")]
    public string? PublicKey { get; init; }

    /// <summary>The public key of RS256 before the last rotation; still accepted while set.</summary>
    [ConfigurationKeyName("MEMBER_TOKEN_PUBLIC_KEY_PREVIOUS")]
    public string? PreviousPublicKey { get; init; }

    /// <summary>The issuer that a token must name in <c>iss</c>. Default smplat-web.</summary>
    [ConfigurationKeyName("MEMBER_TOKEN_ISSUER")]
    public string Issuer { get; init; } = "smplat-web";

    /// <summary>The audience that a token must name in <c>aud</c>. Default smplat-api.</summary>
    [ConfigurationKeyName("MEMBER_TOKEN_AUDIENCE")]
    public string Audience { get; init; } = "smplat-api";

    /// <summary>Seconds by which the clocks of issuer and app may differ. Default 60.</summary>
    [ConfigurationKeyName("MEMBER_TOKEN_CLOCK_SKEW_SECONDS")]
    [Range(0, 300)]
    public int ClockSkewSeconds { get; init; } = 60;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (name, pem) in new[] { ("MEMBER_TOKEN_PUBLIC_KEY", PublicKey), ("MEMBER_TOKEN_PUBLIC_KEY_PREVIOUS", PreviousPublicKey) })
        {
            if (pem is not null && !IsPublicKey(pem))
            {
                yield return new($"{name} must be an RSA public key in PEM with at least {MinKeyBits} bits.");
            }
        }
    }

    /// <exception cref="ArgumentException">The text is no key.</exception>
    internal static RSA ReadPublicKey(string pem)
    {
        var key = RSA.Create();
        key.ImportFromPem(pem.Replace("\\n", "\n", StringComparison.Ordinal));
        return key;
    }

    private static bool IsPublicKey(string pem)
    {
        if (pem.Contains("PRIVATE KEY", StringComparison.Ordinal))
        {
            return false;
        }

        try
        {
            using var key = ReadPublicKey(pem);
            return key.KeySize >= MinKeyBits;
        }
        catch (Exception problem) when (problem is ArgumentException or CryptographicException)
        {
            return false;
        }
    }
}

/// <summary>How long access events are kept.</summary>
internal sealed class AccessEventOptions
{
    /// <summary>Days that access events, and the lifts of lockouts, are kept. Default 180.</summary>
    [ConfigurationKeyName("SMPLAT_ACCESS_EVENT_RETENTION_DAYS")]
    [Range(7, 3650)]
    public int RetentionDays { get; init; } = 180;
}
