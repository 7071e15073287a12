using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Platform.Outbox;

/// <summary>When a message that failed is tried again.</summary>
public static class DeliveryPolicy
{
    /// <summary>Rescues from dead senders before a message counts as the one that kills them.</summary>
    public const int RescueLimit = 50;

    /// <summary>How long everything waits for a receiver that is away.</summary>
    public static readonly TimeSpan AwayPause = TimeSpan.FromMinutes(1);

    /// <summary>
    /// 30 s, 2 min, 8 min, 32 min, 2 h 8 min, then 6 h, each with up to a fifth more; or what the receiver asked for, between
    /// a minute and a day.
    /// </summary>
    public static readonly Backoff Waits = new(TimeSpan.FromSeconds(30), TimeSpan.FromHours(6))
    {
        Factor = 4,
        Jitter = Jitter.UpTo(0.2),
        MinRetryAfter = TimeSpan.FromMinutes(1),
        MaxRetryAfter = TimeSpan.FromDays(1),
    };
}
