using Smplat.Core.Fulfillment;

namespace Smplat.Tests.Fulfillment;

public sealed class HostPolicyTests
{
    [TestCase("https://api.example.com/x", true)]
    [TestCase("https://API.EXAMPLE.COM/x", true)]
    [TestCase("https://a.partner.test/x", true)]
    [TestCase("https://a.b.partner.test/x", true)]
    [TestCase("https://partner.test/x", false)]
    [TestCase("https://evilpartner.test/x", false)]
    [TestCase("https://api.example.com.evil.test/x", false)]
    [TestCase("https://user:pass@api.example.com/x", false)]
    [TestCase("ftp://api.example.com/x", false)]
    [TestCase("file:///etc/passwd", false)]
    public void Only_listed_hosts_are_allowed(string url, bool allowed) =>
        Assert.That(HostPolicy.Refuse(new Uri(url), ["api.example.com", "*.partner.test"]) is null, Is.EqualTo(allowed));
}
