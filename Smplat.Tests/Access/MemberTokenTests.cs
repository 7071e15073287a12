using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Smplat.Core.Access;
using Smplat.Core.Platform.Settings;
using Smplat.Tests.Commerce.Support;
using Smplat.Tests.Support;

namespace Smplat.Tests.Access;

/// <summary>Only a token that the configured issuer signed for this app, and that is in time, names a member.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class MemberTokenTests
{
    private static readonly Guid Ada = Guid.Parse("0f9c1c8e-0000-4000-8000-000000000001");
    private static readonly FixedClock Clock = new();
    private static readonly Lazy<RSA> Rsa = new(() => RSA.Create(2048));

    [TestCase(null, AccessTier.Member)]
    [TestCase("client", AccessTier.Member)]
    [TestCase("finance", AccessTier.Operator)]
    [TestCase("admin", AccessTier.Admin)]
    [TestCase("owner", AccessTier.Member)]
    [TestCase("ADMIN", AccessTier.Member)]
    public async Task A_token_names_a_member_with_a_role(string? role, AccessTier tier)
    {
        var outcome = await ReadAsync(MemberToken.Create(Ada, Clock, role: role));

        Assert.That(outcome, Is.EqualTo(new MemberTokenOutcome.Valid(new(Ada, tier))));
    }

    [TestCase("iss", "another")]
    [TestCase("aud", "another")]
    [TestCase("sub", "ada")]
    [TestCase("sub", "00000000-0000-0000-0000-000000000000")]
    [TestCase("sub", null)]
    [TestCase("iss", null)]
    [TestCase("aud", null)]
    public async Task A_token_of_another_issuer_for_another_app_or_about_nobody_is_refused(string claim, string? value) =>
        Assert.That(await ReadAsync(MemberToken.Create(Ada, Clock, change: claims => MemberToken.Set(claims, claim, value))), Is.EqualTo(Malformed));

    [TestCase(-61, 0, false)]
    [TestCase(-59, 0, true)]
    [TestCase(60, 61, false)]
    [TestCase(120, 59, true)]
    [TestCase(null, 0, false)]
    public async Task Lifetime_is_checked_within_the_skew_of_the_clocks(int? expiresIn, int validIn, bool isValid)
    {
        var now = Clock.GetUtcNow().ToUnixTimeSeconds();

        var outcome = await ReadAsync(MemberToken.Create(Ada, Clock, change: claims =>
        {
            MemberToken.Set(claims, "exp", expiresIn is { } seconds ? now + seconds : null);
            MemberToken.Set(claims, "nbf", now + validIn);
        }));

        Assert.That(outcome, isValid ? Is.InstanceOf<MemberTokenOutcome.Valid>() : Is.EqualTo(new MemberTokenOutcome.Invalid(MemberTokenOutcome.OutOfTime)));
    }

    [Test]
    public async Task A_token_without_signature_or_with_another_secret_is_refused()
    {
        var good = MemberToken.Create(Ada, Clock);
        var parts = good.Split('.');
        var unsigned = Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""") + "." + parts[1] + ".";

        Assert.That(await ReadAsync(unsigned), Is.EqualTo(Malformed));
        Assert.That(await ReadAsync(MemberToken.Create(Ada, Clock, secret: "another secret of enough characters")), Is.EqualTo(Malformed));
        Assert.That(await ReadAsync($"{parts[0]}.{parts[1]}."), Is.EqualTo(Malformed));
        Assert.That(await ReadAsync($"{parts[0]}.{parts[1]}"), Is.EqualTo(Malformed));
        Assert.That(await ReadAsync("token"), Is.EqualTo(Malformed));
        Assert.That(await ReadAsync(new string('a', 5000)), Is.EqualTo(Malformed));
        Assert.That(await ReadAsync("…"), Is.EqualTo(Malformed));
    }

    [Test]
    public async Task No_character_of_a_token_can_be_changed()
    {
        var good = MemberToken.Create(Ada, Clock);
        for (var at = 0; at < good.Length - 1; at++)
        {
            var bad = new StringBuilder(good) { [at] = good[at] == 'A' ? 'B' : 'A' }.ToString();
            Assert.That(await ReadAsync(bad), Is.EqualTo(Malformed), $"at {at}");
        }
    }

    [Test]
    public async Task The_previous_secret_is_accepted_while_it_is_set()
    {
        var old = MemberToken.Create(Ada, Clock, secret: "the secret before the last rotation");

        var during = await ReadAsync(old, new() { Secret = MemberToken.Secret, PreviousSecret = "the secret before the last rotation" });
        var after = await ReadAsync(old);

        Assert.That(during, Is.InstanceOf<MemberTokenOutcome.Valid>());
        Assert.That(after, Is.EqualTo(Malformed));
    }

    [Test]
    public async Task With_RS256_only_the_private_key_signs_and_the_public_key_is_no_secret_of_HS256()
    {
        var pem = Rsa.Value.ExportSubjectPublicKeyInfoPem();
        var options = new MemberTokenOptions { Algorithm = MemberTokenAlgorithm.RS256, PublicKey = pem.Replace("\n", "\\n", StringComparison.Ordinal), Secret = MemberToken.Secret };
        var signed = MemberToken.Create(Ada, Clock, signing: new(new RsaSecurityKey(Rsa.Value), SecurityAlgorithms.RsaSha256));
        var confused = MemberToken.Create(Ada, Clock, secret: pem);

        Assert.That(await ReadAsync(signed, options), Is.InstanceOf<MemberTokenOutcome.Valid>());
        Assert.That(await ReadAsync(confused, options), Is.EqualTo(Malformed));
        Assert.That(await ReadAsync(MemberToken.Create(Ada, Clock), options), Is.EqualTo(Malformed), "HS256 is not allowed any more");
        Assert.That(await ReadAsync(signed), Is.EqualTo(Malformed), "RS256 is not allowed with HS256");
    }

    [TestCase(MemberTokenAlgorithm.HS256)]
    [TestCase(MemberTokenAlgorithm.RS256)]
    public async Task Without_a_key_nothing_is_accepted(MemberTokenAlgorithm algorithm) =>
        Assert.That(
            await ReadAsync(MemberToken.Create(Ada, Clock), new() { Algorithm = algorithm }), Is.InstanceOf<MemberTokenOutcome.NotConfigured>());

    [Test]
    public void A_key_that_is_too_short_private_or_no_key_is_refused_at_start()
    {
        using var small = RSA.Create(1024);

        Assert.Multiple(() =>
        {
            Assert.That(Failures("MEMBER_TOKEN_PUBLIC_KEY", small.ExportSubjectPublicKeyInfoPem()), Has.One.Contains("MEMBER_TOKEN_PUBLIC_KEY"));
            Assert.That(Failures("MEMBER_TOKEN_PUBLIC_KEY", Rsa.Value.ExportPkcs8PrivateKeyPem()), Has.One.Contains("MEMBER_TOKEN_PUBLIC_KEY"));
            Assert.That(Failures("MEMBER_TOKEN_PUBLIC_KEY", "no key"), Has.One.Contains("MEMBER_TOKEN_PUBLIC_KEY"));
            Assert.That(Failures("MEMBER_TOKEN_SECRET", "short"), Has.One.Contains("MEMBER_TOKEN_SECRET"));
            Assert.That(Failures("MEMBER_TOKEN_PUBLIC_KEY", Rsa.Value.ExportSubjectPublicKeyInfoPem()), Is.Empty);
        });
    }

    private static MemberTokenOutcome Malformed => new MemberTokenOutcome.Invalid(MemberTokenOutcome.Malformed);

    private static Task<MemberTokenOutcome> ReadAsync(string token, MemberTokenOptions? options = null) =>
        new MemberTokens(new Monitor<MemberTokenOptions>(options ?? new() { Secret = MemberToken.Secret }), Clock).ReadAsync(token);

    private static IReadOnlyList<string> Failures(string name, string value) => SettingsReader.Read<MemberTokenOptions>(
        new Microsoft.Extensions.Configuration.ConfigurationBuilder()
            .Add(new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = [new(name, value)] })
            .Build()).Failures;
}

/// <summary>Tokens as the storefront's sign-in signs them.</summary>
internal static class MemberToken
{
    public const string Secret = "the secret of the storefront's sign-in";

    public static string Create(
        Guid member,
        TimeProvider clock,
        string? role = null,
        string secret = Secret,
        SigningCredentials? signing = null,
        Action<Dictionary<string, object>>? change = null)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var claims = new Dictionary<string, object>
        {
            ["sub"] = member.ToString(),
            ["iss"] = "smplat-web",
            ["aud"] = "smplat-api",
            ["nbf"] = now,
            ["iat"] = now,
            ["exp"] = now + 300,
        };
        Set(claims, "role", role);
        change?.Invoke(claims);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Claims = claims,
            SigningCredentials = signing ?? new(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(secret)), SecurityAlgorithms.HmacSha256),
        });
    }

    /// <param name="value">Null takes the claim away.</param>
    public static void Set(Dictionary<string, object> claims, string name, object? value)
    {
        claims.Remove(name);
        if (value is not null)
        {
            claims[name] = value;
        }
    }
}
