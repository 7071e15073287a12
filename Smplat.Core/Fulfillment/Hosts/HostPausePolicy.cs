namespace Smplat.Core.Fulfillment.Hosts;

/// <summary>For how long a failing host is left alone.</summary>
public static class HostPausePolicy
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>Doubles with every trial call that failed, up to five minutes.</summary>
    /// <param name="seconds">The first pause.</param>
    /// <param name="failedTrials">Trial calls that failed since the host was found failing.</param>
    public static TimeSpan Pause(int seconds, int failedTrials)
    {
        var pause = TimeSpan.FromSeconds(seconds) * Math.Pow(2, Math.Min(failedTrials, 10));
        return pause < Longest ? pause : Longest;
    }
}
