using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Smplat.Functions.Http.Access;

/// <summary>
/// The address that limits are counted by: the right-most forwarded address that no trusted hop wrote, because callers
/// can put anything further left. The worker may already have consumed the header into the connection's address.
/// </summary>
public static class ClientAddress
{
    public static string Of(HttpContext context, IReadOnlyCollection<string> trustedProxies, string? addressHeader)
    {
        if (addressHeader is not null && Parse(context.Request.Headers[addressHeader].ToString()) is { } named)
        {
            return Format(named);
        }

        var hops = context.Request.Headers["X-Forwarded-For"].ToString()
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var hop in hops.Reverse())
        {
            if (Parse(hop) is { } address && !trustedProxies.Contains(address.ToString()))
            {
                return Format(address);
            }
        }

        return context.Connection.RemoteIpAddress is { } remote ? Format(remote) : "unknown";
    }

    private static IPAddress? Parse(string text) =>
        IPAddress.TryParse(text, out var address) ? address
        : IPEndPoint.TryParse(text, out var endpoint) ? endpoint.Address
        : null;

    private static string Format(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4().ToString();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        // One customer holds a whole /64.
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes) + "/64";
    }
}
