using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Platform.Caching;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Trust;
using Smplat.Tests.Support;

namespace Smplat.Tests.Trust;

/// <summary>The cache over scripted metrics and a fixed clock. Its counters are never flushed.</summary>
internal sealed class TrustCacheFixture : IDisposable
{
    private readonly NpgsqlDataSource _nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1");

    public TrustCacheFixture(TrustOptions? options = null, params ScriptedMetric[] metrics)
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

/// <summary>A metric whose computations complete when and how a test decides.</summary>
internal sealed class ScriptedMetric
{
    private readonly Queue<TaskCompletionSource<MetricReading>> _waiting = new();
    private int _started;

    public string Id { get; init; } = "scripted";

    public int Started => Volatile.Read(ref _started);

    /// <summary>When set, computations complete at once with this value.</summary>
    public double? Answer { get; set; }

    public TrustMetric Metric => new(Id, "test", 60, MeasureAsync) { Meaning = "-", Formula = "-", Population = "-" };

    public void Succeed(double value) => Take().SetResult(Reading(value));

    public void Fail() => Take().SetException(new InvalidOperationException("scripted"));

    private Task<MetricReading> MeasureAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        lock (_waiting)
        {
            Interlocked.Increment(ref _started);
            if (Answer is { } value)
            {
                return Task.FromResult(Reading(value));
            }

            var source = new TaskCompletionSource<MetricReading>(TaskCreationOptions.RunContinuationsAsynchronously);
            cancellationToken.Register(() => source.TrySetCanceled(cancellationToken));
            _waiting.Enqueue(source);
            return source.Task;
        }
    }

    private TaskCompletionSource<MetricReading> Take()
    {
        lock (_waiting)
        {
            return _waiting.Dequeue();
        }
    }

    private static MetricReading Reading(double value) => new(value, $"{value}", 1);
}
