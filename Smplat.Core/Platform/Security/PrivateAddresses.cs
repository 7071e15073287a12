using System.Net;
using System.Net.Sockets;

namespace Smplat.Core.Platform.Security;

/// <summary>
/// Addresses that are not on the public internet: the machine itself, private networks, the cloud's own endpoints, and everything
/// that IANA's special-purpose registries do not call globally reachable.
/// </summary>
public static class PrivateAddresses
{
    /// <summary>The last four bytes are the IPv4 address that is really reached.</summary>
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    private static readonly IPNetwork[] V4 =
    [
        .. new[]
        {
            "0.0.0.0/8", // this network
            "10.0.0.0/8",
            "100.64.0.0/10", // carrier-grade NAT
            "127.0.0.0/8",
            "168.63.129.16/32", // Azure's wire server: DNS, health, goal state
            "169.254.0.0/16", // link-local, with the metadata and identity endpoints
            "172.16.0.0/12",
            "192.0.0.0/24", // protocol assignments
            "192.0.2.0/24", // documentation
            "192.31.196.0/24", // AS112
            "192.52.193.0/24", // AMT
            "192.88.99.0/24", // 6to4 relays, deprecated
            "192.168.0.0/16",
            "192.175.48.0/24", // AS112
            "198.18.0.0/15", // benchmarks
            "198.51.100.0/24", // documentation
            "203.0.113.0/24", // documentation
            "224.0.0.0/4", // multicast
            "240.0.0.0/4", // reserved, and broadcast
        }.Select(range => IPNetwork.Parse(range)),
    ];

    private static readonly IPNetwork[] V6 =
    [
        .. new[]
        {
            "::/96", // unspecified, loopback, IPv4-compatible
            "64:ff9b:1::/48", // NAT64 of a local network
            "100::/64", // discard
            "100:0:0:1::/64", // dummy prefix
            "2001::/23", // protocol assignments: Teredo, benchmarks, ORCHID
            "2001:db8::/32", // documentation
            "2002::/16", // 6to4: carries an IPv4 address, deprecated
            "2620:4f:8000::/48", // AS112
            "3fff::/20", // documentation
            "5f00::/16", // SRv6 segments
            "fc00::/7", // unique local
            "fe80::/10", // link-local
            "fec0::/10", // site-local, deprecated
            "ff00::/8", // multicast
        }.Select(range => IPNetwork.Parse(range)),
    ];

    public static bool Contains(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return V4.Any(range => range.Contains(address));
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return Contains(address.MapToIPv4());
        }

        // Without the scope, which is a local matter: fe80::1%2.
        var bytes = address.GetAddressBytes();
        var plain = new IPAddress(bytes);
        return Nat64.Contains(plain) ? Contains(new IPAddress(bytes.AsSpan(12))) : V6.Any(range => range.Contains(plain));
    }
}
