using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Security;

/// <summary>Finds the addresses of a host name.</summary>
public delegate Task<IPAddress[]> HostResolver(string host, CancellationToken cancellationToken);

/// <summary>
/// Creates the handlers of all HTTP clients whose URL comes from data or from a setting. They connect only to checked addresses
/// (<see cref="PrivateAddresses"/>), so that no URL can reach into the network that the app runs in.
/// <list type="bullet">
/// <item>A name is resolved once for each connection, and the connection goes to the checked address: a DNS answer that changes in
/// between (DNS rebinding) has no effect. Every new connection is checked again.</item>
/// <item>If one address of a name is private, all are refused. Such a name is a mistake or an attack, and it would be random which
/// address is used.</item>
/// <item>Redirects are not followed and proxies are not used: both would choose another address after the check.</item>
/// </list>
/// </summary>
/// <remarks>
/// Microsoft.Security.AntiSSRF makes the same check in the same place, and the tests compare our ranges with its list. Its handler
/// does not fit here: its policy is fixed when the handler is created, while the switches here are read for each connection; it
/// hides decompression and the resolver; it throws the bare exception of the socket, while our callers recognise outages by
/// <see cref="HttpRequestException"/>; and it adds an X-Forwarded-For header to each request.
/// </remarks>
/// <param name="resolve">Default: the resolver of the system.</param>
/// <param name="isPrivate">Default: <see cref="PrivateAddresses.Contains"/>.</param>
public sealed class OutgoingHttp(
    IOptionsMonitor<RuntimeOptions> runtime, HostResolver? resolve = null, Predicate<IPAddress>? isPrivate = null)
{
    private readonly HostResolver _resolve = resolve ?? Dns.GetHostAddressesAsync;
    private readonly Predicate<IPAddress> _isPrivate = isPrivate ?? PrivateAddresses.Contains;

    /// <summary>
    /// A handler for URLs that operators configure. They may be private in a local run, and elsewhere when
    /// <c>SMPLAT_ALLOW_PRIVATE_NETWORKS</c> is true.
    /// </summary>
    /// <param name="shape">Sets the connection limits of the client.</param>
    public HttpMessageHandler HandlerForSettings(Action<SocketsHttpHandler>? shape = null) => Handler(
        "SMPLAT_ALLOW_PRIVATE_NETWORKS", () => runtime.CurrentValue is { IsLocal: true } or { AllowPrivateNetworks: true }, shape);

    /// <summary>A handler for URLs that others can influence.</summary>
    /// <param name="setting">Name of the switch that allows private addresses, for the error message.</param>
    /// <param name="allowsPrivate">Whether it is on; read for each connection.</param>
    /// <param name="shape">Sets the connection limits of the client.</param>
    public HttpMessageHandler Handler(string setting, Func<bool> allowsPrivate, Action<SocketsHttpHandler>? shape = null)
    {
        var sockets = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            // HTTP/3 would bypass this callback; none of our clients requests that version.
            ConnectCallback = (context, cancellationToken) =>
                ConnectAsync(context.DnsEndPoint, setting, allowsPrivate, cancellationToken),
        };
        shape?.Invoke(sockets);
        return new ResetOnConnectHandler { InnerHandler = sockets };
    }

    private async ValueTask<Stream> ConnectAsync(
        DnsEndPoint target, string setting, Func<bool> allowsPrivate, CancellationToken cancellationToken)
    {
        // Literal addresses skip the resolver, which would reject 0.0.0.0 and :: (this machine) with an error of its own.
        var addresses = IPAddress.TryParse(target.Host, out var literal)
            ? [literal]
            : await _resolve(target.Host, cancellationToken);
        if (addresses.Length == 0)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        if (!allowsPrivate() && addresses.Any(address => _isPrivate(address)))
        {
            throw new PrivateAddressException(target.Host, setting);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, target.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Handles a connection that the other side resets as soon as it is made: .NET 10 reads the address of the peer outside of its
    /// own error handling and throws a bare <see cref="SocketException"/>. Callers get the exception of any other failed connection.
    /// </summary>
    private sealed class ResetOnConnectHandler : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            catch (SocketException reset)
            {
                throw new HttpRequestException(
                    HttpRequestError.ConnectionError, $"{request.RequestUri?.Host} reset the connection ({reset.SocketErrorCode}).", reset);
            }
        }
    }
}

/// <summary>
/// The host is inside a private network. Clients get it as the inner exception of an <see cref="HttpRequestException"/>.
/// </summary>
internal sealed class PrivateAddressException(string host, string setting)
    : Exception($"The host {host} is inside a private network; {setting} is false.");

internal static class OutgoingFeature
{
    public static IServiceCollection AddOutgoing(this IServiceCollection services)
    {
        services.TryAddSingleton<OutgoingHttp>();
        return services;
    }
}

/// <summary>
/// Addresses that are not on the public internet: the machine itself, private networks, internal endpoints of the cloud, and
/// everything that the special-purpose registries of IANA do not mark as globally reachable.
/// </summary>
internal static class PrivateAddresses
{
    /// <summary>The last four bytes are the IPv4 address that is actually reached.</summary>
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

        // Removes the scope, as in fe80::1%2.
        var bytes = address.GetAddressBytes();
        var plain = new IPAddress(bytes);
        return Nat64.Contains(plain) ? Contains(new IPAddress(bytes.AsSpan(12))) : V6.Any(range => range.Contains(plain));
    }
}
