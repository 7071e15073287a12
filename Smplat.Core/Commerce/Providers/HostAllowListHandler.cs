using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// Refuses hosts that are not the vendor's, so that a mistyped or tampered base URL cannot send credentials elsewhere.
/// Plain HTTP is allowed to loopback in local runs only.
/// </summary>
internal sealed class HostAllowListHandler(
    IReadOnlyList<string> vendorHosts, IOptionsMonitor<VendorHttpOptions> options, IOptionsMonitor<RuntimeOptions> runtime)
    : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var target = request.RequestUri!;
        if (!IsAllowed(target))
        {
            throw new ProviderFailureException(ProviderFailure.Unavailable(
                VendorCall.Of(request).Id, $"the host {target.Host} is not allowed"));
        }

        return base.SendAsync(request, cancellationToken);
    }

    private bool IsAllowed(Uri target) =>
        (target.IsLoopback && runtime.CurrentValue.IsLocal)
        || (target.Scheme == Uri.UriSchemeHttps
            && (vendorHosts.Contains(target.Host, StringComparer.OrdinalIgnoreCase)
                || options.CurrentValue.ExtraHosts.Contains(target.Host, StringComparer.OrdinalIgnoreCase)));
}
