using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Platform.Caching;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Trust;
using Smplat.Tests.Support;

namespace Smplat.Tests.Trust;

/// <summary>The cache over scripted metrics and a clock that stands still. Its counters are never flushed.</summary>
internal sealed class CacheLab : IDisposable
{
    private readonly NpgsqlDataSource _nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1");

    public CacheLab(TrustOptions? options = null, params ScriptedMetric[] metrics)
    {
        Metrics = metrics.Length == 0 ? [new()] : metrics;
        var monitor = new FixedSettings<TrustOptions>(options ?? new());
        var counters = new TrustCounters(new DurableCounters(new CounterStore(_nowhere), NullLogger<DurableCounters>.Instance));
        Cache = new(
            new TrustMetricRegistry(Metrics.Select(metric => metric.Metric)),
            monitor,
            counters,
            Clock,
            NullLogger<TrustMetricCache>.Instance);
    }

    public FixedClock Clock { get; } = new();

    public ScriptedMetric[] Metrics { get; }

    public ScriptedMetric Metric => Metrics[0];

    public TrustMetricCache Cache { get; }

    public Task<CacheResult<MetricReading>> GetAsync(CancellationToken cancellationToken = default) => Cache.GetAsync(Metric.Id, cancellationToken);

    /// <summary>Waits until that many computations have begun.</summary>
    public Task StartedAsync(int count) => Eventually.BecomesTrueAsync(() => Metric.Started == count, $"{count} computations to begin");

    public void Dispose()
    {
        Cache.Dispose();
        _nowhere.Dispose();
    }

    private sealed class FixedSettings<T>(T value) : IOptionsMonitor<T>
    {
        public T CurrentValue => value;

        public T Get(string? name) => value;

        public IDisposable? OnChange(Action<T, string?> listener) => null;
    }
}
