namespace Smplat.Core.Notifications.Delivery;

/// <summary>When a message that failed is tried again.</summary>
public static class DeliveryPolicy
{
    /// <summary>Rescues from dead senders before a message counts as the one that kills them.</summary>
    public const int RescueLimit = 50;

    /// <summary>How long everything waits for a receiver that is away.</summary>
    public static readonly TimeSpan AwayPause = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan First = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(6);
    private static readonly TimeSpan LeastAsked = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MostAsked = TimeSpan.FromDays(1);

    /// <summary>30 s, 2 min, 8 min, 32 min, 2 h 8 min, then 6 h, each with up to a fifth more.</summary>
    /// <param name="attempt">The attempt that failed, from 1.</param>
    /// <param name="asked">What the receiver asked for, kept between a minute and a day.</param>
    /// <param name="fraction">A random number in [0, 1).</param>
    public static TimeSpan Wait(int attempt, TimeSpan? asked, double fraction)
    {
        if (asked is { } wish)
        {
            return wish < LeastAsked ? LeastAsked : wish > MostAsked ? MostAsked : wish;
        }

        var wait = First * Math.Pow(4, Math.Min(attempt - 1, 10));
        wait = wait > Longest ? Longest : wait;
        return wait + (wait * 0.2 * fraction);
    }
}
