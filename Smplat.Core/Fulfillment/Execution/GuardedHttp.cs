using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Fulfillment.Execution;

/// <summary>
/// The HTTP client of tasks. It connects only to addresses that it has checked itself, after the name was resolved, so that a
/// name that points inside opens no door. Redirects are not followed: they could leave the allowed hosts.
/// </summary>
public sealed class GuardedHttp : IDisposable
{
    private readonly IOptionsMonitor<ExecutionOptions> _options;
    private readonly HttpClient _guarded;
    private readonly HttpClient _open;

    public GuardedHttp(IOptionsMonitor<ExecutionOptions> options)
    {
        _options = options;
        _guarded = Client(ConnectAsync);
        _open = Client(null);
    }

    /// <summary>For addresses that came with data: the host must be allowed and must not be an inside one.</summary>
    /// <exception cref="TemplateException">The address may not be called.</exception>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        HostPolicy.Refuse(request.RequestUri!, _options.CurrentValue.AllowedHosts) is { } refusal
            ? throw new TemplateException(refusal)
            : _guarded.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    /// <summary>For addresses that operators configured.</summary>
    public Task<HttpResponseMessage> SendToConfiguredAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _open.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    public void Dispose()
    {
        _guarded.Dispose();
        _open.Dispose();
    }

    private static HttpClient Client(Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = connect,
        };
        // Every call has a time limit of its own.
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        var usable = _options.CurrentValue.AllowPrivateNetworks
            ? addresses
            : [.. addresses.Where(address => !HostPolicy.IsPrivate(address))];
        if (usable.Length == 0)
        {
            throw new TemplateException(
                $"The host {context.DnsEndPoint.Host} is inside a private network; FULFILLMENT_ALLOW_PRIVATE_NETWORKS is false.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(usable, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
