using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Options;

namespace Smplat.Functions.Http;

/// <summary>Anonymous callers of the function are limited per address; callers with a key have a limit of their own.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RateLimitAttribute(RateCategory category) : Attribute
{
    public RateCategory Category { get; } = category;
}

/// <summary>Groups of routes; anonymous callers have one limit per group.</summary>
public enum RateCategory
{
    /// <summary>100 in 60 s.</summary>
    Standard,

    /// <summary>30 in 60 s.</summary>
    Search,

    /// <summary>10 in 60 s.</summary>
    Order,

    /// <summary>20 in 60 s.</summary>
    Heavy,

    /// <summary>300 in 60 s.</summary>
    System,

    /// <summary>5 in 900 s.</summary>
    Auth,

    /// <summary>3,000 in 60 s: signed events, which a vendor sends from few addresses.</summary>
    Webhook,
}

/// <summary>Counts requests to limited routes, refuses those over the limit and reports the state in headers.</summary>
public sealed class RateLimitMiddleware(
    RateLimiter limiter, FunctionTraits traits, IOptionsMonitor<RateOptions> options, AccessRecorder recorder, TimeProvider clock)
    : IFunctionsWorkerMiddleware
{
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http || traits.Of(context.FunctionDefinition).Rate is not { } category)
        {
            return next(context);
        }

        var caller = http.Caller();
        var (identity, rule) = caller.Key is { } key
            ? ($"key:{key.Name}", new RateRule(options.CurrentValue.Keyed, TimeSpan.FromSeconds(60)))
            : ($"{category}:{caller.Address}", options.CurrentValue.RuleFor(category));
        if (rule.Limit == 0)
        {
            return next(context);
        }

        var verdict = limiter.Take(identity, rule);
        WriteHeaders(http.Response.Headers, verdict);
        if (verdict.Allowed)
        {
            return next(context);
        }

        recorder.RateLimited(http, category);
        var wait = Math.Max(1, (int)Math.Ceiling((verdict.ResetAt - clock.GetUtcNow()).TotalSeconds));
        return ErrorBody.WriteAsync(
            http, ErrorKind.TooMany, $"Too many requests: {rule.Limit} per {rule.Window.TotalSeconds:F0} s are allowed.", wait);
    }

    private static void WriteHeaders(IHeaderDictionary headers, RateVerdict verdict)
    {
        headers["X-RateLimit-Limit"] = verdict.Limit.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Remaining"] = verdict.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Reset"] = verdict.ResetAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
    }
}

/// <summary>Sliding windows per caller, in memory and bounded: over capacity, the callers idle longest are dropped.</summary>
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

    /// <summary>The state of a caller, without counting a request.</summary>
    public RateVerdict Look(string caller, RateRule rule)
    {
        var now = clock.GetUtcNow();
        lock (_gate)
        {
            return _callers.TryGetValue(caller, out var window) ? window.Look(rule, now) : new(rule.Limit > 0, rule.Limit, rule.Limit, now);
        }
    }

    /// <summary>The number of callers in memory.</summary>
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

/// <summary>
/// The counted requests of one caller. A request counts while it is younger than the window; a refused one does not
/// count. Not thread-safe: the owner locks.
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

    /// <summary>The result of <see cref="Take"/> without counting a request.</summary>
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

/// <summary>The number of requests allowed in a window; zero means no limit.</summary>
public readonly record struct RateRule(int Limit, TimeSpan Window);

/// <summary>Whether a request is allowed, and how many are left.</summary>
/// <param name="ResetAt">When the oldest counted request leaves the window.</param>
public readonly record struct RateVerdict(bool Allowed, int Limit, int Remaining, DateTimeOffset ResetAt);
