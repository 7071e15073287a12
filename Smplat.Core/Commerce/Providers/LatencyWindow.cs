namespace Smplat.Core.Commerce.Providers;

/// <summary>How long a provider's quotes took in the last 15 minutes; the newest 1,024 of them.</summary>
internal sealed class LatencyWindow(TimeProvider clock)
{
    /// <summary>Below this number of samples a percentile says nothing.</summary>
    public const int LeastSamples = 50;

    private const int Capacity = 1024;

    private static readonly TimeSpan Length = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly (DateTimeOffset At, TimeSpan Took)[] _samples = new (DateTimeOffset, TimeSpan)[Capacity];
    private DateTimeOffset _computedAt = DateTimeOffset.MinValue;
    private TimeSpan? _p95;
    private long _next;

    public void Add(TimeSpan took)
    {
        lock (_gate)
        {
            _samples[_next++ % Capacity] = (clock.GetUtcNow(), took);
        }
    }

    /// <summary>Null with fewer than <see cref="LeastSamples"/> samples. Computed at most once a second.</summary>
    public TimeSpan? P95
    {
        get
        {
            lock (_gate)
            {
                var now = clock.GetUtcNow();
                if (now - _computedAt >= Refresh)
                {
                    var recent = _samples.Take((int)Math.Min(_next, Capacity))
                        .Where(sample => now - sample.At <= Length)
                        .Select(sample => sample.Took)
                        .Order()
                        .ToArray();
                    _p95 = recent.Length < LeastSamples ? null : recent[(int)Math.Ceiling(recent.Length * 0.95) - 1];
                    _computedAt = now;
                }

                return _p95;
            }
        }
    }
}
