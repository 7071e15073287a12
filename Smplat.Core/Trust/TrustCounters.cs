using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Trust;

/// <summary>Durable counters of the cache; the label values are a closed set.</summary>
public sealed class TrustCounters(DurableCounters counters)
{
    public const string Events = "smplat_trust_cache_events_total";
    public const string ComputeSeconds = "smplat_trust_compute_seconds_total";
    public const string Computations = "smplat_trust_computations_total";
    public const string Hit = "hit";
    public const string Miss = "miss";
    public const string Stale = "stale";
    public const string Coalesced = "coalesced";
    public const string Failed = "failed";
    public const string Refresh = "refresh";

    public void Count(string metricId, string layer) =>
        counters.Increment(Events, ("metric_id", metricId), ("layer", layer));

    public void Computed(string metricId, TimeSpan took)
    {
        counters.Increment(Computations, ("metric_id", metricId));
        counters.Add(ComputeSeconds, took.TotalSeconds, ("metric_id", metricId));
    }

    /// <summary>Ids that nobody registered are counted together: a caller must not be able to make up label values.</summary>
    public void Unsupported(int count) =>
        counters.Add(Events, count, ("metric_id", "unregistered"), ("layer", "unsupported"));
}
