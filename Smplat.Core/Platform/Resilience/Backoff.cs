using System.Net.Http.Headers;

namespace Smplat.Core.Platform.Resilience;

/// <summary>
/// How long to wait after a failure: <see cref="First"/>, multiplied by <see cref="Factor"/> with every further failure up to
/// <see cref="Longest"/>, then randomized by <see cref="Jitter"/>. Without jitter the wait never gets shorter from one failure
/// to the next. The caller passes the random number, so the same number gives the same wait.
/// </summary>
/// <param name="First">Wait after the first failure; more than zero.</param>
/// <param name="Longest">Upper bound before jitter; at least <paramref name="First"/>.</param>
public sealed record Backoff(TimeSpan First, TimeSpan Longest)
{
    /// <summary>Growth from one wait to the next. At least 1; default 2.</summary>
    public double Factor { get; init; } = 2;

    /// <summary>Default none.</summary>
    public Jitter Jitter { get; init; }

    /// <summary>
    /// Lower bound for what the other side asks for (<c>Retry-After</c>). Null, the default: it can only lengthen our own wait.
    /// With a value, it replaces our own wait, even with a shorter one, but never below this bound.
    /// </summary>
    public TimeSpan? MinRetryAfter { get; init; }

    /// <summary>Upper bound for what the other side asks for. Default one day.</summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The wait without jitter.</summary>
    /// <param name="failures">Failures so far, including this one. 1 or less gives the first wait.</param>
    public TimeSpan After(int failures)
    {
        // For many failures this is infinite, which the limit handles as well.
        var ticks = First.Ticks * Math.Pow(Factor, Math.Max(failures, 1) - 1);
        return ticks < Longest.Ticks ? TimeSpan.FromTicks((long)Math.Round(ticks)) : Longest;
    }

    /// <summary>The wait with jitter.</summary>
    /// <param name="failures">Failures so far, including this one. 1 or less gives the first wait.</param>
    /// <param name="fraction">A random number in [0, 1) that selects the jitter.</param>
    /// <param name="retryAfter">What the other side asked for, if it did.</param>
    public TimeSpan After(int failures, double fraction, TimeSpan? retryAfter = null)
    {
        var own = Jitter.Apply(After(failures), fraction);
        if (retryAfter is not { } asked)
        {
            return own;
        }

        var least = MinRetryAfter ?? own;
        var bounded = asked < MaxRetryAfter ? asked : MaxRetryAfter;
        return bounded > least ? bounded : least;
    }
}

/// <summary>The random part of a wait, so that callers that failed together do not retry together.</summary>
public readonly record struct Jitter
{
    private readonly double _below;
    private readonly double _above;
    private readonly TimeSpan _extra;

    private Jitter(double below, double above, TimeSpan extra) => (_below, _above, _extra) = (below, above, extra);

    /// <summary>Between zero and the whole wait: the best spread, if an early call does no harm.</summary>
    public static Jitter Full { get; } = new(1, 0, TimeSpan.Zero);

    /// <summary>Between half of the wait and the whole.</summary>
    public static Jitter Equal { get; } = new(0.5, 0, TimeSpan.Zero);

    /// <summary>Adds up to this share of the wait, such as 0.2 for a fifth.</summary>
    public static Jitter UpTo(double share) => new(0, share, TimeSpan.Zero);

    /// <summary>Adds up to this time, independent of the wait.</summary>
    public static Jitter UpTo(TimeSpan extra) => new(0, 0, extra);

    internal TimeSpan Apply(TimeSpan wait, double fraction) =>
        (wait * (1 - _below)) + (wait * ((_below + _above) * fraction)) + (_extra * fraction);
}

/// <summary>Reads <c>Retry-After</c>, which contains seconds or a date.</summary>
internal static class RetryAfterHeader
{
    /// <returns>Null without the header; zero for a date that has passed.</returns>
    public static TimeSpan? Read(RetryConditionHeaderValue? header, DateTimeOffset now) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date > now ? date - now : TimeSpan.Zero,
        _ => null,
    };
}
