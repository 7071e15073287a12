using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Smplat.Core.Payments;
using Smplat.FakeVendors.Stripe;

namespace Smplat.Tests.Payments;

public sealed class StripeSignatureTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"id":"evt_1"}""");
    private static readonly StripeWebhooks Webhooks = new(TimeProvider.System);

    private static IEnumerable<TestCaseData> Cases =>
        JsonElement.Parse(File.ReadAllText(Path.Combine(
            TestContext.CurrentContext.TestDirectory, "Payments", "Vectors", "stripe_vectors.json")))
        .GetProperty("stripe_signature_cases").EnumerateArray()
        .Select(entry => new TestCaseData(entry).SetArgDisplayNames(entry.GetProperty("name").GetString()!));

    [TestCaseSource(nameof(Cases))]
    public void The_vectors_hold(JsonElement entry)
    {
        var refusal = StripeSignature.Refuse(
            entry.GetProperty("header").GetString()!,
            Encoding.UTF8.GetBytes(entry.GetProperty("payload").GetString()!),
            [entry.GetProperty("secret").GetString()!],
            DateTimeOffset.FromUnixTimeSeconds(entry.GetProperty("now_unix").GetInt64()));

        Assert.That(refusal is null, Is.EqualTo(entry.GetProperty("accept").GetBoolean()), refusal);
    }

    [TestCase(300, true)]
    [TestCase(301, false)]
    [TestCase(-300, true)]
    [TestCase(-301, false)]
    public void A_signature_may_be_five_minutes_older_or_newer_than_our_clock(int seconds, bool accepted) =>
        Assert.That(StripeSignature.Refuse(Header("secret", Now.AddSeconds(seconds)), Body, ["secret"], Now) is null, Is.EqualTo(accepted));

    [Test]
    public void A_signature_made_with_either_of_two_secrets_is_accepted()
    {
        var header = Header("old", Now);

        Assert.That(StripeSignature.Refuse(header, Body, ["new", "old"], Now), Is.Null);
        Assert.That(StripeSignature.Refuse(header, Body, ["old", "new"], Now), Is.Null);
        Assert.That(StripeSignature.Refuse(header, Body, ["new"], Now), Is.Not.Null);
    }

    [Test]
    public void While_a_secret_is_rotated_a_late_delivery_is_still_rejected_as_late() =>
        Assert.That(StripeSignature.Refuse(Header("old", Now.AddHours(-1)), Body, ["new", "old"], Now), Does.Contain("tolerance"));

    [Test]
    public void Either_of_two_signatures_may_match()
    {
        var other = Header("other", Now);

        Assert.That(
            StripeSignature.Refuse($"{other},{Header("secret", Now)[(other.IndexOf(',', StringComparison.Ordinal) + 1)..]}", Body, ["secret"], Now),
            Is.Null);
    }

    [TestCase("")]
    [TestCase(" ")]
    public void An_empty_secret_verifies_nothing(string secret) =>
        Assert.That(StripeSignature.Refuse(Header(secret, Now), Body, [secret], Now), Is.Not.Null);

    [Test]
    public void Without_a_secret_nothing_is_verified() =>
        Assert.That(StripeSignature.Refuse(Header("secret", Now), Body, [], Now), Is.Not.Null);

    [TestCase("")]
    [TestCase("t=,v1=")]
    [TestCase("t=99999999999999999999,v1=00")]
    [TestCase("t=1700000000,v1=zz")]
    [TestCase(",,,=,t,v1")]
    public void Garbage_is_refused(string header) =>
        Assert.That(StripeSignature.Refuse(header, Body, ["secret"], Now), Is.Not.Null);

    [TestCase("99999999999999999999")]
    [TestCase("yesterday")]
    [TestCase("")]
    public void A_timestamp_that_is_not_a_number_is_refused_even_when_it_is_signed(string time)
    {
        var signed = HMACSHA256.HashData("secret"u8, [.. Encoding.UTF8.GetBytes($"{time}."), .. Body]);

        Assert.That(StripeSignature.Refuse($"t={time},v1={Convert.ToHexStringLower(signed)}", Body, ["secret"], Now), Is.Not.Null);
    }

    [Test]
    public void Bytes_that_only_decode_to_the_signed_text_are_refused()
    {
        var genuine = Encoding.UTF8.GetBytes("{\"name\":\"\uFFFD\"}");
        var other = genuine.AsSpan().IndexOf("\uFFFD"u8) is var at
            ? (byte[])[.. genuine[..at], 0xff, .. genuine[(at + 3)..]]
            : [];
        var header = Webhooks.Sign(genuine, "secret", Now);

        Assert.That(StripeSignature.Refuse(header, genuine, ["secret"], Now), Is.Null);
        Assert.That(StripeSignature.Refuse(header, other, ["secret"], Now), Is.Not.Null);
    }

    [Test]
    public void No_byte_of_a_genuine_delivery_can_be_changed() => Check.QuickThrowOnFailure(Prop.ForAll<NonEmptyString, int, byte>(
        (text, position, flip) =>
        {
            var body = Encoding.UTF8.GetBytes(text.Get);
            var header = Webhooks.Sign(body, "secret", Now);
            var changed = body.ToArray();
            changed[(position & int.MaxValue) % body.Length] ^= (byte)(flip | 1);
            return StripeSignature.Refuse(header, body, ["secret"], Now) is null
                && StripeSignature.Refuse(header, changed, ["secret"], Now) is not null;
        }));

    /// <summary>Made by the fake Stripe, not by the library under test.</summary>
    private static string Header(string secret, DateTimeOffset at) => Webhooks.Sign(Body, secret, at);
}
