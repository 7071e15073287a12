using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Commerce.Providers;

/// <summary>Whether, and after which pause, a read-only vendor call is repeated.</summary>
internal static class RetryPolicy
{
    /// <summary>With less than this left of the provider's timeout, another attempt cannot end in time.</summary>
    public static readonly TimeSpan LeastBudget = TimeSpan.FromMilliseconds(300);

    private static readonly Backoff Waits = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30))
    {
        Jitter = Jitter.Full,
        MinRetryAfter = TimeSpan.Zero,
    };

    /// <param name="attempt">Attempts that failed before this one; 0 for the first failure.</param>
    /// <param name="status">HTTP status, or null when there was no answer.</param>
    /// <param name="retryAfter">The vendor's wish, which goes before our own pause.</param>
    /// <param name="left">What remains of the provider's timeout.</param>
    /// <param name="jitter">A random number from 0 to 1; the pause is that share of the full one.</param>
    /// <returns>Null when the failure is final, or when the pause would not leave enough time.</returns>
    public static TimeSpan? DelayBefore(int attempt, int? status, TimeSpan? retryAfter, TimeSpan left, double jitter)
    {
        if (!IsPassing(status))
        {
            return null;
        }

        var delay = Waits.After(attempt + 1, jitter, retryAfter);
        return left - delay < LeastBudget ? null : delay;
    }

    public static bool IsPassing(int? status) => status is null or 408 or 429 or >= 500;
}
