namespace Smplat.Functions.Http;

/// <summary>
/// A log of the counted requests of one caller. A request counts while it is younger than the window; a refused one is
/// not counted. Not safe for concurrent use: the owner locks.
/// </summary>
internal sealed class SlidingWindow
{
    private readonly Queue<DateTimeOffset> _counted = new();

    internal DateTimeOffset LastUse { get; private set; }

    internal RateVerdict Take(RateRule rule, DateTimeOffset now)
    {
        LastUse = now;
        Forget(rule, now);
        var allowed = _counted.Count < rule.Limit;
        if (allowed)
        {
            _counted.Enqueue(now);
        }

        return Verdict(allowed, rule, now);
    }

    /// <summary>What <see cref="Take"/> would say, without counting.</summary>
    internal RateVerdict Look(RateRule rule, DateTimeOffset now)
    {
        Forget(rule, now);
        return Verdict(_counted.Count < rule.Limit, rule, now);
    }

    private void Forget(RateRule rule, DateTimeOffset now)
    {
        while (_counted.TryPeek(out var oldest) && now - oldest >= rule.Window)
        {
            _counted.Dequeue();
        }
    }

    private RateVerdict Verdict(bool allowed, RateRule rule, DateTimeOffset now)
    {
        var reset = (_counted.TryPeek(out var first) ? first : now) + rule.Window;
        return new(allowed, rule.Limit, Math.Max(0, rule.Limit - _counted.Count), reset);
    }
}
