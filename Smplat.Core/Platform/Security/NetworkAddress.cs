using System.Net;
using System.Net.Sockets;

namespace Smplat.Core.Platform.Security;

/// <summary>Client addresses in the form in which they are counted: without a port, and IPv6 cut to its /64.</summary>
public static class NetworkAddress
{
    /// <summary>Reads an address with or without a port; null for anything else.</summary>
    public static IPAddress? Parse(string text) =>
        IPAddress.TryParse(text, out var address) ? address
        : IPEndPoint.TryParse(text, out var endpoint) ? endpoint.Address
        : null;

    public static string Format(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4().ToString();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        // One customer usually has a whole /64.
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes) + "/64";
    }
}
