namespace Smplat.Core.Platform.Outbox;

/// <summary>How handing a message over ended.</summary>
public abstract record DeliveryOutcome
{
    private DeliveryOutcome()
    {
    }

    /// <summary>The receiver took the message.</summary>
    public sealed record Delivered(string? ProviderMessageId) : DeliveryOutcome;

    /// <summary>The receiver did not take this message, but may later.</summary>
    public sealed record Failed(string Error, TimeSpan? RetryAfter = null) : DeliveryOutcome;

    /// <summary>The receiver will never take this message.</summary>
    /// <param name="IsBadAddress">Because the mailbox does not exist.</param>
    public sealed record Rejected(string Error, bool IsBadAddress = false) : DeliveryOutcome;

    /// <summary>The receiver is away or refuses us altogether; no message is at fault.</summary>
    public sealed record ReceiverAway(string Error) : DeliveryOutcome;

    /// <summary>The receiver may or may not have taken it. It must not be sent again without a look.</summary>
    public sealed record Unknown(string Error) : DeliveryOutcome;

    /// <summary>The lease was lost before the handover; nothing was sent.</summary>
    public sealed record LeaseLost : DeliveryOutcome;
}
