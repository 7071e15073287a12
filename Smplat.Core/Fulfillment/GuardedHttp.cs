using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Fulfillment;

/// <summary>The HTTP clients of tasks.</summary>
public sealed class GuardedHttp(IOptionsMonitor<ExecutionOptions> options, OutgoingHttp outgoing) : IDisposable
{
    private readonly HttpClient _fromData = Client(outgoing.Handler(
        "FULFILLMENT_ALLOW_PRIVATE_NETWORKS", () => options.CurrentValue.AllowPrivateNetworks));

    private readonly HttpClient _fromSettings = Client(outgoing.HandlerForSettings());

    /// <summary>For addresses that came with data: the host must be allowed and must not be a private one.</summary>
    /// <exception cref="TemplateException">The host is not allowed.</exception>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        HostPolicy.Refuse(request.RequestUri!, options.CurrentValue.AllowedHosts) is { } refusal
            ? throw new TemplateException(refusal)
            : _fromData.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    /// <summary>For addresses that operators configured.</summary>
    public Task<HttpResponseMessage> SendToConfiguredAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _fromSettings.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    public void Dispose()
    {
        _fromData.Dispose();
        _fromSettings.Dispose();
    }

    // Every call has a time limit of its own.
    private static HttpClient Client(HttpMessageHandler handler) => new(handler) { Timeout = Timeout.InfiniteTimeSpan };
}
