namespace Smplat.Core.Fulfillment.Worker;

/// <summary>When a failed task runs again, and when it is given up.</summary>
public static class FailurePolicy
{
    /// <summary>A provider may not put a task off for longer than this.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(24);

    private static readonly TimeSpan First = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1800);

    /// <summary>60, 120, 240, 480, 960, then 1800 seconds.</summary>
    /// <param name="retryCount">Retries before this failure.</param>
    public static TimeSpan Backoff(int retryCount) =>
        retryCount >= 5 ? Longest : TimeSpan.FromSeconds(First.TotalSeconds * (1 << retryCount));

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

        var wait = Backoff(retryCount);
        wait += wait * (jitter * fraction);
        var asked = retryAfter > LongestRetryAfter ? LongestRetryAfter : retryAfter ?? TimeSpan.Zero;
        return new FailureDecision.Retry(asked > wait ? asked : wait);
    }
}
