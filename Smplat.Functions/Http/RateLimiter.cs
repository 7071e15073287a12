namespace Smplat.Functions.Http;

/// <summary>Sliding windows per caller, in memory and bounded: past the capacity the longest idle callers are forgotten.</summary>
public sealed class RateLimiter(TimeProvider clock)
{
    public const int Capacity = 20_000;

    private readonly Dictionary<string, SlidingWindow> _callers = [];
    private readonly Lock _gate = new();

    /// <param name="caller">Category and address, or key.</param>
    public RateVerdict Take(string caller, RateRule rule)
    {
        var now = clock.GetUtcNow();
        lock (_gate)
        {
            if (!_callers.TryGetValue(caller, out var window))
            {
                MakeRoom();
                _callers[caller] = window = new();
            }

            return window.Take(rule, now);
        }
    }

    /// <summary>Where a caller stands, without counting anything.</summary>
    public RateVerdict Look(string caller, RateRule rule)
    {
        var now = clock.GetUtcNow();
        lock (_gate)
        {
            return _callers.TryGetValue(caller, out var window) ? window.Look(rule, now) : new(rule.Limit > 0, rule.Limit, rule.Limit, now);
        }
    }

    /// <summary>Callers that are remembered now.</summary>
    public int CallerCount
    {
        get
        {
            lock (_gate)
            {
                return _callers.Count;
            }
        }
    }

    private void MakeRoom()
    {
        if (_callers.Count < Capacity)
        {
            return;
        }

        foreach (var (caller, _) in _callers.OrderBy(entry => entry.Value.LastUse).Take(Capacity / 10).ToArray())
        {
            _callers.Remove(caller);
        }
    }
}
