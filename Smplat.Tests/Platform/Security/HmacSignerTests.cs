using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Smplat.Core.Platform.Security;

namespace Smplat.Tests.Platform.Security;

[Parallelizable(ParallelScope.All)]
public sealed class HmacSignerTests
{
    private static readonly Gen<byte[]> Keys = Gen.Choose(0, 255).Select(number => (byte)number).ArrayOf(32);

    private static readonly Gen<string> Texts = Gen.Choose(0x20, 0xD7FF).Select(code => (char)code).ArrayOf().Select(letters => new string(letters));

    /// <summary>RFC 4231, test case 2.</summary>
    [Test]
    public void It_is_the_standard_HMAC_SHA256()
    {
        var signer = new HmacSigner([Encoding.UTF8.GetBytes("Jefe")]);

        Assert.That(
            Convert.ToHexStringLower(signer.Sign("what do ya want for nothing?"u8)),
            Is.EqualTo("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    }

    /// <summary>Links in sent mails and existing cookies stay valid: the expected formats are written out here.</summary>
    [Test]
    public void The_wire_formats_have_not_changed()
    {
        var secret = Encoding.UTF8.GetBytes("secret");
        var content = Encoding.UTF8.GetBytes("who:what");
        var link = HmacSigner.ForPurpose([secret], "unsubscribe"u8, tagBytes: 16).Seal("who:what");
        var cookie = new HmacSigner([secret]).Seal("who:what");

        var linkKey = HMACSHA256.HashData(secret, "unsubscribe"u8);
        Assert.That(link, Is.EqualTo(
            $"{Base64Url.EncodeToString(content)}.{Base64Url.EncodeToString(HMACSHA256.HashData(linkKey, content).AsSpan(0, 16))}"));
        Assert.That(cookie, Is.EqualTo($"{Base64Url.EncodeToString(content)}.{Base64Url.EncodeToString(HMACSHA256.HashData(secret, content))}"));
    }

    [Test]
    public void A_sealed_text_opens_with_each_configured_key_and_with_no_other()
    {
        var cases = from current in Keys
                    from previous in Keys
                    from stranger in Keys
                    from text in Texts
                    from tagBytes in Gen.Choose(16, 32)
                    select (current, previous, stranger, text, tagBytes);
        Prop.ForAll(cases.ToArbitrary(), entry =>
        {
            var (current, previous, stranger, text, tagBytes) = entry;
            var rotated = new HmacSigner([current, previous], tagBytes);
            var old = new HmacSigner([previous], tagBytes).Seal(text);
            var isNew = rotated.Seal(text);
            return rotated.Open(old) == text && rotated.Open(isNew) == text
                && new HmacSigner([current], tagBytes).Open(isNew) == text
                && new HmacSigner([stranger], tagBytes).Open(isNew) is null
                && HmacSigner.Peek(isNew) == text;
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void Changing_any_bit_of_text_or_tag_is_detected()
    {
        var cases = from key in Keys
                    from content in Gen.Choose(0, 255).Select(number => (byte)number).NonEmptyListOf()
                    from at in Gen.Choose(0, 1_000_000)
                    select (key, content: content.ToArray(), at);
        Prop.ForAll(cases.ToArbitrary(), entry =>
        {
            var signer = new HmacSigner([entry.key]);
            var tag = signer.Sign(entry.content);
            var changedContent = Flip(entry.content, entry.at);
            var changedTag = Flip(tag, entry.at);
            return signer.Verify(entry.content, tag)
                && !signer.Verify(changedContent, tag) && !signer.Verify(entry.content, changedTag)
                && !signer.Verify(entry.content, tag.AsSpan(0, entry.at % 32)) && !signer.Verify(entry.content, [.. tag, 0]);
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void A_signature_for_one_purpose_is_not_valid_for_another()
    {
        var cases = from key in Keys from one in Texts from other in Texts from text in Texts where one != other select (key, one, other, text);
        Prop.ForAll(
            cases.ToArbitrary(),
            entry => HmacSigner.ForPurpose([entry.key], Encoding.UTF8.GetBytes(entry.other)).Open(
                HmacSigner.ForPurpose([entry.key], Encoding.UTF8.GetBytes(entry.one)).Seal(entry.text)) is null).QuickCheckThrowOnFailure();
    }

    [Test]
    public void Arbitrary_input_never_throws()
    {
        var signer = new HmacSigner([new byte[32]]);
        Prop.ForAll(
            Gen.OneOf(Texts, Gen.Elements("AZaz09-_.=+/ \n\0ÿ".ToCharArray()).ArrayOf().Select(letters => new string(letters))).ToArbitrary(),
            text => signer.Open(text) is null && !signer.IsTagOf("text", text) && (HmacSigner.TryReadTag(text, out _) || true)).QuickCheckThrowOnFailure();
        Assert.That(signer.Open(signer.Seal(new string('a', HmacSigner.MaxSealedLength))), Is.Null, "too long");
        Assert.That(signer.IsTagOf("text", null), Is.False);
    }

    [Test]
    public void A_tag_is_parsed_in_hex_and_in_Base64()
    {
        var tag = SHA256.HashData("x"u8);
        foreach (var text in new[] { Convert.ToHexString(tag), Convert.ToHexStringLower(tag), Convert.ToBase64String(tag) })
        {
            Assert.That(HmacSigner.TryReadTag(text, out var read), Is.True, text);
            Assert.That(read, Is.EqualTo(tag));
        }

        Assert.That(HmacSigner.TryReadTag(Convert.ToHexString(tag)[..62], out _), Is.False);
        Assert.That(HmacSigner.TryReadTag(new string('g', 64), out _), Is.False);
    }

    [Test]
    public void A_signer_without_a_key_or_with_too_short_a_tag_is_a_defect()
    {
        Assert.That(() => new HmacSigner([]), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new HmacSigner([new byte[32]], tagBytes: 8), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [TestCase("secret", true)]
    [TestCase("secreT", false)]
    [TestCase("secre", false)]
    [TestCase(null, false)]
    public void A_secret_is_compared_as_a_whole(string? shown, bool same) =>
        Assert.That(SecretText.Same(shown, "secret"), Is.EqualTo(same));

    private static byte[] Flip(byte[] bytes, int at)
    {
        byte[] changed = [.. bytes];
        changed[at / 8 % bytes.Length] ^= (byte)(1 << (at % 8));
        return changed;
    }
}
