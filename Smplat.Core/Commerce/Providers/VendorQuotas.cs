using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers;

/// <summary>The daily call quotas of all vendors.</summary>
public sealed class VendorQuotas(IQuotaStore store, IOptionsMonitor<VendorQuotaOptions> options, TimeProvider clock) : IDisposable
{
    private readonly ConcurrentDictionary<string, QuotaBucket> _buckets = new(StringComparer.Ordinal);

    /// <summary>False when the quota is used up; the call must not be sent.</summary>
    public ValueTask<bool> TryTakeAsync(ProviderId id, string endpoint, CancellationToken cancellationToken)
    {
        var limit = options.CurrentValue.LimitOf(id, endpoint);
        return limit.PerDay == 0
            ? ValueTask.FromResult(true)
            : _buckets.GetOrAdd(limit.Bucket, _ => new QuotaBucket(store, clock)).TryTakeAsync(limit, cancellationToken);
    }

    /// <summary>Limit and use of each limited bucket over all instances; use is null while the table service is away.</summary>
    public async Task<IReadOnlyList<QuotaUse>> ReadAsync(CancellationToken cancellationToken)
    {
        var limits = options.CurrentValue.All.Where(limit => limit.PerDay > 0).ToArray();
        var used = await Task.WhenAll(limits.Select(limit => store.UsedAsync(limit.Bucket, cancellationToken)));
        return [.. limits.Zip(used, (limit, taken) => new QuotaUse(limit.Bucket, limit.PerDay, taken))];
    }

    public void Dispose()
    {
        foreach (var bucket in _buckets.Values)
        {
            bucket.Dispose();
        }
    }
}
