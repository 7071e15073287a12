using System.Net;
using Microsoft.AspNetCore.Http;
using Smplat.Functions.Http;

namespace Smplat.Tests.Http;

public sealed class ClientAddressTests
{
    [TestCase("203.0.113.9", "203.0.113.9")]
    [TestCase("203.0.113.9:51234", "203.0.113.9", TestName = "A port is cut off")]
    [TestCase("[2001:db8:1:2:3:4:5:6]:443", "2001:db8:1:2::/64", TestName = "An IPv6 address counts by its network")]
    [TestCase("::ffff:203.0.113.9", "203.0.113.9", TestName = "A mapped address is an IPv4 address")]
    [TestCase("nonsense", "198.51.100.7", TestName = "What is no address does not count")]
    [TestCase("", "198.51.100.7", TestName = "Without the header the connection's address is taken")]
    public void The_address_is_the_one_set_by_the_front_end(string stated, string expected)
    {
        var context = Connected();
        context.Request.Headers["CLIENT-IP"] = stated;

        Assert.That(ClientAddress.Of(context, "CLIENT-IP"), Is.EqualTo(expected));
    }

    [Test]
    public void Forwarded_headers_of_callers_are_ignored()
    {
        var context = Connected();
        context.Request.Headers["X-Forwarded-For"] = "6.6.6.6";
        context.Request.Headers["CLIENT-IP"] = "6.6.6.6";

        Assert.That(ClientAddress.Of(context, null), Is.EqualTo("198.51.100.7"));
    }

    private static DefaultHttpContext Connected()
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse("198.51.100.7");
        return context;
    }
}
