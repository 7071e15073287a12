using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Settings;

namespace Smplat.Functions.Http;

/// <summary>
/// The address that rate limits count by: the one in the header that the platform's front end sets, otherwise that of the
/// connection. Forwarded headers sent by callers are never used; the host replaces them.
/// </summary>
public static class ClientAddress
{
    /// <param name="addressHeader">The header that callers cannot set; null when there is none.</param>
    public static string Of(HttpContext context, string? addressHeader)
    {
        if (!string.IsNullOrEmpty(addressHeader) && Parse(context.Request.Headers[addressHeader].ToString()) is { } named)
        {
            return Format(named);
        }

        return context.Connection.RemoteIpAddress is { } remote ? Format(remote) : "unknown";
    }

    /// <summary>With or without a port.</summary>
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

        // One customer usually has a whole /64.
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes) + "/64";
    }
}

/// <summary>Warns at startup when all callers would share one rate limit.</summary>
public sealed class ClientAddressNotice(
    IOptionsMonitor<HttpOptions> options, IOptionsMonitor<RuntimeOptions> runtime, ILogger<ClientAddressNotice> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!runtime.CurrentValue.IsLocal && string.IsNullOrEmpty(options.CurrentValue.ClientAddressHeader))
        {
            HttpLog.NoClientAddressHeader(logger);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
