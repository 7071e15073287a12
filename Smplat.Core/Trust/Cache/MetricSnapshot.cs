using Smplat.Core.Trust.Metrics;

namespace Smplat.Core.Trust.Cache;

/// <summary>A computed value and its times.</summary>
/// <param name="ComputedAt">The instant that the formula was evaluated for.</param>
/// <param name="ExpiresAt">Until then it is served from memory.</param>
/// <param name="RefreshAt">After it a hit starts the next computation, so that callers need not wait for it.</param>
public sealed record MetricSnapshot(
    MetricReading Reading, DateTimeOffset ComputedAt, DateTimeOffset ExpiresAt, DateTimeOffset RefreshAt);
