namespace Smplat.Core.Commerce.Providers;

/// <summary>The runbook's tuning rule for timeouts, P95 plus two seconds, without the operator.</summary>
internal static class AdaptiveTimeout
{
    private static readonly TimeSpan Headroom = TimeSpan.FromMilliseconds(2000);
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1500);

    /// <param name="p95">Null while there are too few samples: the setting rules.</param>
    public static TimeSpan For(TimeSpan? p95, TimeSpan configured)
    {
        if (p95 is not { } usual)
        {
            return configured;
        }

        var wish = usual + Headroom;
        var atLeast = wish > Least ? wish : Least;
        return atLeast < configured ? atLeast : configured;
    }
}
