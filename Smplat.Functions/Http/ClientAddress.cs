using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Security;
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
        if (!string.IsNullOrEmpty(addressHeader) && NetworkAddress.Parse(context.Request.Headers[addressHeader].ToString()) is { } named)
        {
            return NetworkAddress.Format(named);
        }

        return context.Connection.RemoteIpAddress is { } remote ? NetworkAddress.Format(remote) : "unknown";
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
