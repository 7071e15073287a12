using System.Net;
using Smplat.Core.Fulfillment.Execution;

namespace Smplat.Tests.Fulfillment;

public sealed class HostPolicyTests
{
    [TestCase("127.0.0.1")]
    [TestCase("10.1.2.3")]
    [TestCase("172.16.0.1")]
    [TestCase("172.31.255.255")]
    [TestCase("192.168.1.1")]
    [TestCase("169.254.169.254")]
    [TestCase("100.64.0.1")]
    [TestCase("0.0.0.0")]
    [TestCase("224.0.0.1")]
    [TestCase("255.255.255.255")]
    [TestCase("::1")]
    [TestCase("::")]
    [TestCase("fe80::1")]
    [TestCase("fc00::1")]
    [TestCase("fd12:3456::1")]
    [TestCase("::ffff:10.0.0.1")]
    [TestCase("64:ff9b::a00:1")]
    [TestCase("2002:7f00:1::")]
    public void Inside_addresses_are_known(string address) => Assert.That(HostPolicy.IsPrivate(IPAddress.Parse(address)), Is.True);

    [TestCase("8.8.8.8")]
    [TestCase("172.32.0.1")]
    [TestCase("100.128.0.1")]
    [TestCase("2606:4700::1111")]
    public void Outside_addresses_are_let_through(string address) =>
        Assert.That(HostPolicy.IsPrivate(IPAddress.Parse(address)), Is.False);

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
