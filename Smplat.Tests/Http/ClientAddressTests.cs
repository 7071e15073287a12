using System.Net;
using Microsoft.AspNetCore.Http;
using Smplat.Functions.Http.Access;

namespace Smplat.Tests.Http;

public sealed class ClientAddressTests
{
    [TestCase("6.6.6.6, 203.0.113.9", "", "203.0.113.9", TestName = "What a caller writes further left does not count")]
    [TestCase("203.0.113.9, 10.0.0.4", "10.0.0.4", "203.0.113.9", TestName = "Entries of trusted hops are skipped")]
    [TestCase("203.0.113.9:51234", "", "203.0.113.9", TestName = "A port is cut off")]
    [TestCase("[2001:db8:1:2:3:4:5:6]:443", "", "2001:db8:1:2::/64", TestName = "An IPv6 address counts by its network")]
    [TestCase("::ffff:203.0.113.9", "", "203.0.113.9", TestName = "A mapped address is an IPv4 address")]
    [TestCase("nonsense", "", "198.51.100.7", TestName = "Without a forwarded address the connection's is taken")]
    [TestCase("", "", "198.51.100.7", TestName = "Without the header the connection's is taken")]
    public void The_address_cannot_be_forged(string forwarded, string trusted, string expected)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse("198.51.100.7");
        context.Request.Headers["X-Forwarded-For"] = forwarded;

        Assert.That(
            ClientAddress.Of(context, trusted.Split(',', StringSplitOptions.RemoveEmptyEntries), null), Is.EqualTo(expected));
    }

    [Test]
    public void The_platforms_own_header_wins_when_it_is_configured()
    {
        var context = new DefaultHttpContext();
        context.Request.Headers["X-Forwarded-For"] = "6.6.6.6";
        context.Request.Headers["CLIENT-IP"] = "203.0.113.9:1234";

        Assert.That(ClientAddress.Of(context, [], "CLIENT-IP"), Is.EqualTo("203.0.113.9"));
    }
}
