namespace Smplat.Core.Jobs;

/// <summary>Waits between attempts: base × multiplier^(attempt − 1), capped, plus a random part.</summary>
public static class BackoffPolicy
{
    /// <param name="attempt">The attempt that failed, from 1.</param>
    /// <param name="fraction">A random number in [0, 1) that chooses the jitter.</param>
    public static TimeSpan After(JobDefinition job, int attempt, double fraction)
    {
        var seconds = job.BaseBackoff.TotalSeconds * Math.Pow(job.BackoffMultiplier, attempt - 1);
        var cap = job.MaxBackoff > TimeSpan.Zero ? job.MaxBackoff.TotalSeconds : TimeSpan.FromDays(7).TotalSeconds;
        return TimeSpan.FromSeconds(Math.Min(seconds, cap) + (job.Jitter.TotalSeconds * fraction));
    }
}
