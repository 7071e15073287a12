using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Smplat.Core.Access;

/// <summary>
/// Reads the signed tokens in which the storefront's sign-in names a member. Signature, algorithm, issuer, audience and lifetime
/// are checked; anything else about a token is ignored. A token never opens a route by itself: it says for whom a key is used.
/// </summary>
public sealed class MemberTokens(IOptionsMonitor<MemberTokenOptions> options, TimeProvider clock)
{
    /// <summary>Characters; a longer token is refused unread.</summary>
    public const int MaxLength = 4096;

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = MaxLength };
    private volatile Rules? _rules;

    /// <summary>Whether there is a key to check tokens with.</summary>
    public bool IsConfigured => CurrentRules().Keys.Count > 0;

    public async Task<MemberTokenOutcome> ReadAsync(string token)
    {
        var rules = CurrentRules();
        if (rules.Keys.Count == 0)
        {
            return new MemberTokenOutcome.NotConfigured();
        }

        if (token.Length > MaxLength)
        {
            return new MemberTokenOutcome.Invalid(MemberTokenOutcome.Malformed);
        }

        var result = await _handler.ValidateTokenAsync(token, rules.Parameters);
        if (!result.IsValid)
        {
            return new MemberTokenOutcome.Invalid(
                result.Exception is SecurityTokenInvalidLifetimeException ? MemberTokenOutcome.OutOfTime : MemberTokenOutcome.Malformed);
        }

        var read = (JsonWebToken)result.SecurityToken;
        return Guid.TryParse(read.Subject, out var id) && id != Guid.Empty
            ? new MemberTokenOutcome.Valid(new(id, TierOf(read)))
            : new MemberTokenOutcome.Invalid(MemberTokenOutcome.Malformed);
    }

    /// <summary>The tier of the role; a member's for a role that is missing or unknown.</summary>
    private static AccessTier TierOf(JsonWebToken token) =>
        (token.TryGetPayloadValue<object>("role", out var role) ? role : null) switch
        {
            "finance" or "operator" => AccessTier.Operator,
            "admin" => AccessTier.Admin,
            _ => AccessTier.Member,
        };

    private Rules CurrentRules()
    {
        var settings = options.CurrentValue;
        var rules = _rules;
        if (rules is null || !ReferenceEquals(rules.Source, settings))
        {
            _rules = rules = new(settings, KeysOf(settings), ParametersOf(settings));
        }

        return rules;
    }

    private TokenValidationParameters ParametersOf(MemberTokenOptions settings)
    {
        var skew = TimeSpan.FromSeconds(settings.ClockSkewSeconds);
        return new()
        {
            ValidAlgorithms = [settings.Algorithm.ToString()],
            IssuerSigningKeys = KeysOf(settings),
            TryAllIssuerSigningKeys = true,
            RequireSignedTokens = true,
            ValidateIssuerSigningKey = true,
            ValidIssuer = settings.Issuer,
            ValidAudience = settings.Audience,
            RequireExpirationTime = true,
            // The library would ask the machine's clock.
            LifetimeValidator = (notBefore, expires, _, _) => IsInTime(notBefore, expires, skew),
        };
    }

    private bool IsInTime(DateTime? notBefore, DateTime? expires, TimeSpan skew)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return expires is { } end && now - skew < end && (notBefore is not { } start || start <= now + skew);
    }

    private static IReadOnlyList<SecurityKey> KeysOf(MemberTokenOptions settings) => settings.Algorithm == MemberTokenAlgorithm.HS256
        ? [.. new[] { settings.Secret, settings.PreviousSecret }.OfType<string>().Select(secret => new SymmetricSecurityKey(Encoding.UTF8.GetBytes(secret)))]
        : [.. new[] { settings.PublicKey, settings.PreviousPublicKey }.OfType<string>().Select(pem => new RsaSecurityKey(MemberTokenOptions.ReadPublicKey(pem)))];

    private sealed record Rules(MemberTokenOptions Source, IReadOnlyList<SecurityKey> Keys, TokenValidationParameters Parameters);
}

/// <summary>The person whom a token names.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="Tier">What the person's role allows.</param>
public sealed record Member(Guid Id, AccessTier Tier);

public abstract record MemberTokenOutcome
{
    /// <summary>The token has expired, is not valid yet, or never expires.</summary>
    public const string OutOfTime = "token_out_of_time";

    /// <summary>The token cannot be read, or is signed, issued or meant for somebody else.</summary>
    public const string Malformed = "token_invalid";

    public sealed record Valid(Member Member) : MemberTokenOutcome;

    /// <param name="Reason"><see cref="OutOfTime"/> or <see cref="Malformed"/>.</param>
    public sealed record Invalid(string Reason) : MemberTokenOutcome;

    /// <summary>No key is configured to check tokens with.</summary>
    public sealed record NotConfigured : MemberTokenOutcome;
}
