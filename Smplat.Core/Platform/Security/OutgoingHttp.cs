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
/// Makes the handlers of all HTTP clients whose address comes from data or from a setting. They connect only to addresses that
/// were checked (<see cref="PrivateAddresses"/>), so that no URL reaches into the network that the app runs in.
/// <list type="bullet">
/// <item>A name is resolved once for each connection and the connection goes to what was checked: an answer that changes in between
/// (DNS rebinding) has no effect. Every new connection is checked again.</item>
/// <item>One private address among a name's addresses refuses them all. Such a name is a mistake or an attack, and which address is
/// taken would be chance.</item>
/// <item>Redirects are not followed and proxies not asked: both would choose another address after the check.</item>
/// </list>
/// </summary>
/// <remarks>
/// Microsoft.Security.AntiSSRF checks the same in the same place, and the tests hold our ranges to its list. Its handler does not
/// fit here: its policy is fixed once the handler is made, while the switches here are read for each connection; it hides
/// decompression and the resolver; it throws the socket's exception bare, where callers tell outages by
/// <see cref="HttpRequestException"/>; and it adds an X-Forwarded-For header to each request.
/// </remarks>
/// <param name="resolve">Default: the system's resolver.</param>
/// <param name="isPrivate">Default: <see cref="PrivateAddresses.Contains"/>.</param>
public sealed class OutgoingHttp(
    IOptionsMonitor<RuntimeOptions> runtime, HostResolver? resolve = null, Predicate<IPAddress>? isPrivate = null)
{
    private readonly HostResolver _resolve = resolve ?? Dns.GetHostAddressesAsync;
    private readonly Predicate<IPAddress> _isPrivate = isPrivate ?? PrivateAddresses.Contains;

    /// <summary>
    /// For addresses that operators set. They may be private in a local run, and elsewhere when
    /// <c>SMPLAT_ALLOW_PRIVATE_NETWORKS</c> is true.
    /// </summary>
    /// <param name="shape">Sets the limits of the client's connections.</param>
    public HttpMessageHandler HandlerForSettings(Action<SocketsHttpHandler>? shape = null) => Handler(
        "SMPLAT_ALLOW_PRIVATE_NETWORKS", () => runtime.CurrentValue is { IsLocal: true } or { AllowPrivateNetworks: true }, shape);

    /// <summary>For addresses that others have a say in.</summary>
    /// <param name="setting">Name of the switch, for the refusal's message.</param>
    /// <param name="allowsPrivate">Whether it is on; asked for each connection.</param>
    /// <param name="shape">Sets the limits of the client's connections.</param>
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
            // HTTP/3 would bypass it; none of our clients asks for that version.
            ConnectCallback = (context, cancellationToken) =>
                ConnectAsync(context.DnsEndPoint, setting, allowsPrivate, cancellationToken),
        };
        shape?.Invoke(sockets);
        return new ResetOnConnectHandler { InnerHandler = sockets };
    }

    private async ValueTask<Stream> ConnectAsync(
        DnsEndPoint target, string setting, Func<bool> allowsPrivate, CancellationToken cancellationToken)
    {
        // The system's resolver refuses 0.0.0.0 and ::, which mean this machine, in its own way.
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
    /// A connection that the other side resets as soon as it is made: .NET 10 asks the socket for its peer's address outside
    /// of its own error handling and throws the bare <see cref="SocketException"/>. Callers get what every failed connection gives.
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
/// The host is inside a private network. Clients throw it as the inner exception of an <see cref="HttpRequestException"/>.
/// </summary>
public sealed class PrivateAddressException(string host, string setting)
    : Exception($"The host {host} is inside a private network; {setting} is false.");

public static class OutgoingFeature
{
    public static IServiceCollection AddOutgoing(this IServiceCollection services)
    {
        services.TryAddSingleton<OutgoingHttp>();
        return services;
    }
}
