using System.Text;
using System.Text.Json;
using Smplat.Core.Platform.Input;

namespace Smplat.Tests.Platform.Input;

public sealed class PersonalDataPolicyTests
{
    [TestCase("jane.doe@example.com", true)]
    [TestCase("ping @team, then jane.doe@example.com", true)]
    [TestCase("@@@ a@b@c.de", true)]
    [TestCase("a@b a@c a@d.example x", true)]
    [TestCase("write to jane@münchen.example", true)]
    [TestCase("https://shop.example/?email=jane%40example.com&x=1", true)]
    [TestCase("jane\uFF20example.com", true)]
    [TestCase("40%40 off", false)]
    [TestCase("%40example", false)]
    [TestCase("@team and @others", false)]
    [TestCase("2 @ 3.50", false)]
    [TestCase("a@b", false)]
    [TestCase("", false)]
    [TestCase("@", false)]
    public void Every_at_sign_is_tested(string text, bool isAddress)
    {
        Assert.That(PersonalDataPolicy.HoldsAddress(text), Is.EqualTo(isAddress));
        foreach (var escapes in new[] { false, true })
        {
            var json = escapes ? JsonSerializer.Serialize(text).Replace("@", "\\u0040", StringComparison.Ordinal) : JsonSerializer.Serialize(text);
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
            reader.Read();
            Assert.That(PersonalDataPolicy.HoldsAddress(ref reader), Is.EqualTo(isAddress), json);
        }
    }
}
