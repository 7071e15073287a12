using Microsoft.Extensions.Logging;

namespace Smplat.Core.Trust;

/// <summary>Empties the cache of this instance, so that the next request computes.</summary>
public sealed class TrustPurge(TrustMetricCache cache, ILogger<TrustPurge> logger)
{
    public PurgedTrust Purge(PurgeTrust command)
    {
        var purged = cache.Purge(command.MetricId);
        TrustLog.Purged(logger, string.Join(", ", purged));
        return new(purged);
    }
}
