using System.Text;
using System.Text.Json;
using Smplat.Core.Payments.Webhooks;

namespace Smplat.Tests.Payments;

public sealed class StripeSignatureTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"id":"evt_1"}""");

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
    public void A_signature_may_be_five_minutes_off_either_way(int seconds, bool accepted)
    {
        var header = StripeSignature.Header(Body, "secret", Now.AddSeconds(seconds));

        Assert.That(StripeSignature.Refuse(header, Body, ["secret"], Now) is null, Is.EqualTo(accepted));
    }

    [Test]
    public void Either_of_two_secrets_may_have_made_it()
    {
        var header = StripeSignature.Header(Body, "old", Now);

        Assert.That(StripeSignature.Refuse(header, Body, ["new", "old"], Now), Is.Null);
        Assert.That(StripeSignature.Refuse(header, Body, ["new"], Now), Is.Not.Null);
    }

    [Test]
    public void An_empty_secret_verifies_nothing() =>
        Assert.That(StripeSignature.Refuse(StripeSignature.Header(Body, "", Now), Body, [""], Now), Is.Not.Null);

    [TestCase("")]
    [TestCase("t=,v1=")]
    [TestCase("t=99999999999999999999,v1=00")]
    [TestCase("t=1700000000,v1=zz")]
    [TestCase(",,,=,t,v1")]
    public void Garbage_is_refused(string header) =>
        Assert.That(StripeSignature.Refuse(header, Body, ["secret"], Now), Is.Not.Null);
}
