namespace Smplat.Core.Platform.Outbox;

/// <summary>What became of one message in one pass; the names are the metric's labels.</summary>
public enum DeliveryVerdict
{
    Sent,
    Suppressed,
    Deferred,
    Retrying,
    Dead,

    /// <summary>The receiver is away; the message waits without blame.</summary>
    Waiting,

    /// <summary>The message belongs to another sender now.</summary>
    Lost,
}
