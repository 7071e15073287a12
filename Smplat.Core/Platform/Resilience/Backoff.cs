using System.Net.Http.Headers;

namespace Smplat.Core.Platform.Resilience;

/// <summary>
/// How long to wait after a failure: <see cref="First"/>, growing by <see cref="Factor"/> with every further failure up to
/// <see cref="Longest"/>, then spread at random by <see cref="Jitter"/>. Without jitter the wait never shrinks from one
/// failure to the next. The random number is the caller's, so that the same number gives the same wait.
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
    /// What the other side may ask for at least (<c>Retry-After</c>). Null, the default: it can only lengthen our own wait.
    /// With a value, what it asks for replaces our own wait, shorter ones too, but not below this.
    /// </summary>
    public TimeSpan? LeastAsked { get; init; }

    /// <summary>What the other side may ask for at most. Default one day.</summary>
    public TimeSpan MostAsked { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The wait without jitter.</summary>
    /// <param name="failures">Failures so far, this one included. 1 and less give the first wait.</param>
    public TimeSpan After(int failures)
    {
        // Beyond some power this is infinite, which the cap takes in as well.
        var ticks = First.Ticks * Math.Pow(Factor, Math.Max(failures, 1) - 1);
        return ticks < Longest.Ticks ? TimeSpan.FromTicks((long)Math.Round(ticks)) : Longest;
    }

    /// <param name="failures">Failures so far, this one included. 1 and less give the first wait.</param>
    /// <param name="fraction">A random number in [0, 1) that chooses the jitter.</param>
    /// <param name="asked">What the other side asked for, if it did.</param>
    public TimeSpan After(int failures, double fraction, TimeSpan? asked = null)
    {
        var own = Jitter.Spread(After(failures), fraction);
        if (asked is not { } wish)
        {
            return own;
        }

        var least = LeastAsked ?? own;
        var bounded = wish < MostAsked ? wish : MostAsked;
        return bounded > least ? bounded : least;
    }
}

/// <summary>Random part of a wait, so that those who failed together do not come back together.</summary>
public readonly record struct Jitter
{
    private readonly double _below;
    private readonly double _above;
    private readonly TimeSpan _extra;

    private Jitter(double below, double above, TimeSpan extra) => (_below, _above, _extra) = (below, above, extra);

    /// <summary>Between nothing and the whole wait: spreads best, when nothing speaks against an early call.</summary>
    public static Jitter Full { get; } = new(1, 0, TimeSpan.Zero);

    /// <summary>Between half of the wait and the whole.</summary>
    public static Jitter Equal { get; } = new(0.5, 0, TimeSpan.Zero);

    /// <summary>Up to this share of the wait on top of it, such as 0.2 for a fifth.</summary>
    public static Jitter UpTo(double share) => new(0, share, TimeSpan.Zero);

    /// <summary>Up to this time on top of the wait, however long that is.</summary>
    public static Jitter UpTo(TimeSpan extra) => new(0, 0, extra);

    internal TimeSpan Spread(TimeSpan wait, double fraction) =>
        (wait * (1 - _below)) + (wait * ((_below + _above) * fraction)) + (_extra * fraction);
}

/// <summary>Reads <c>Retry-After</c>, which gives seconds or a date.</summary>
public static class RetryAfterHeader
{
    /// <returns>Null without the header; zero for a date that has passed.</returns>
    public static TimeSpan? Read(RetryConditionHeaderValue? header, DateTimeOffset now) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date > now ? date - now : TimeSpan.Zero,
        _ => null,
    };
}
