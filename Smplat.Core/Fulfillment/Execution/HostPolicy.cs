using System.Net;
using System.Net.Sockets;

namespace Smplat.Core.Fulfillment.Execution;

/// <summary>Which hosts and addresses tasks may reach.</summary>
public static class HostPolicy
{
    /// <returns>Why the address may not be called; null when it may.</returns>
    public static string? Refuse(Uri url, IReadOnlyCollection<string> allowedHosts) =>
        !url.IsAbsoluteUri || url.Scheme is not ("http" or "https") ? "Only http and https URLs can be called."
        : url.UserInfo.Length > 0 ? "A URL must not carry a user or password."
        : allowedHosts.Any(allowed => Matches(url.IdnHost, allowed)) ? null
        : $"The host {url.IdnHost} is not in FULFILLMENT_ALLOWED_HOSTS.";

    /// <summary>True for addresses of the machine itself, of private networks and of the cloud's metadata endpoints.</summary>
    public static bool IsPrivate(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (IPAddress.IsLoopback(address))
        {
            return true;
        }

        var bytes = address.GetAddressBytes();
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return address.IsIPv6LinkLocal || address.IsIPv6SiteLocal || address.IsIPv6UniqueLocal || address.IsIPv6Multicast
                || address.Equals(IPAddress.IPv6Any)
                // NAT64 and 6to4 carry an IPv4 address inside.
                || (bytes[0] == 0x00 && bytes[1] == 0x64 && bytes[2] == 0xff && bytes[3] == 0x9b && IsPrivate(new IPAddress(bytes[12..])))
                || (bytes[0] == 0x20 && bytes[1] == 0x02 && IsPrivate(new IPAddress(bytes[2..6])));
        }

        return bytes[0] switch
        {
            0 or 10 or 127 => true,
            100 => bytes[1] is >= 64 and <= 127,
            169 => bytes[1] == 254,
            172 => bytes[1] is >= 16 and <= 31,
            192 => bytes[1] == 168 || (bytes[1] == 0 && bytes[2] is 0 or 2),
            198 => bytes[1] is 18 or 19 || (bytes[1] == 51 && bytes[2] == 100),
            203 => bytes[1] == 0 && bytes[2] == 113,
            >= 224 => true,
            _ => false,
        };
    }

    private static bool Matches(string host, string allowed) => allowed.StartsWith("*.", StringComparison.Ordinal)
        ? host.EndsWith(allowed[1..], StringComparison.OrdinalIgnoreCase) && host.Length > allowed.Length - 1
        : host.Equals(allowed, StringComparison.OrdinalIgnoreCase);
}
