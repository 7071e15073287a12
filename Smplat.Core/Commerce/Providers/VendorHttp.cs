using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Security;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// One pooled client per vendor. Every request passes, in this order: host allow-list, retries, quota, concurrency gate,
/// call ledger, guarded socket. Redirects are not followed and proxies not asked, so the allow-list is what is really called.
/// </summary>
public sealed class VendorHttp(
    VendorQuotas quotas,
    VendorCallLedger ledger,
    IOptionsMonitor<VendorHttpOptions> options,
    IOptionsMonitor<RuntimeOptions> runtime,
    OutgoingHttp outgoing,
    TimeProvider clock) : IDisposable
{
    /// <summary>Longest answer that is read, in bytes. A search page is some ten kilobytes.</summary>
    public const int LongestAnswer = 4 * 1024 * 1024;

    private readonly ConcurrentDictionary<ProviderId, Lazy<HttpClient>> _clients = new();

    public HttpClient For(ProviderId id) => _clients.GetOrAdd(id, key => new Lazy<HttpClient>(() => Build(key))).Value;

    public void Dispose()
    {
        foreach (var client in _clients.Values.Where(client => client.IsValueCreated))
        {
            client.Value.Dispose();
        }
    }

    private HttpClient Build(ProviderId id)
    {
        var connections = outgoing.HandlerForSettings(sockets =>
        {
            sockets.ConnectTimeout = TimeSpan.FromSeconds(3);
            sockets.MaxConnectionsPerServer = 64;
            sockets.MaxResponseHeadersLength = 64;
        });
        var ledgerStep = new LedgerHandler(ledger, clock) { InnerHandler = connections };
        var gate = new GateHandler(options.CurrentValue.MaxConcurrency) { InnerHandler = ledgerStep };
        var quota = new QuotaHandler(quotas) { InnerHandler = gate };
        var retry = new RetryHandler(clock) { InnerHandler = quota };
        var allowed = new HostAllowListHandler(VendorHosts.Of(id), options, runtime) { InnerHandler = retry };
        return new HttpClient(allowed)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = LongestAnswer,
            DefaultRequestVersion = HttpVersion.Version11,
        };
    }
}
