using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Fulfillment;

/// <summary>When a failed task runs again, and when it is given up.</summary>
public static class FailurePolicy
{
    /// <summary>60, 120, 240, 480, 960, then 1800 seconds. A provider may put a task off for a day at most.</summary>
    public static readonly Backoff Waits = new(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1800)) { MaxRetryAfter = TimeSpan.FromHours(24) };

    /// <param name="retryCount">Retries before this failure.</param>
    /// <param name="retryAfter">What the provider asked for; the longer wait wins.</param>
    /// <param name="jitter">Greatest random share that is added to the wait.</param>
    /// <param name="fraction">A random number in [0, 1) that chooses the jitter.</param>
    public static FailureDecision Decide(
        int retryCount, int maxRetries, bool isPermanent, TimeSpan? retryAfter, double jitter, double fraction)
    {
        if (isPermanent || retryCount >= maxRetries)
        {
            return new FailureDecision.DeadLetter();
        }

        var waits = Waits with { Jitter = Jitter.UpTo(jitter) };
        return new FailureDecision.Retry(waits.After(retryCount + 1, fraction, retryAfter));
    }
}
