namespace Smplat.Core.Notifications;

/// <summary>The ways by which a message leaves the outbox.</summary>
public static class OutboxChannel
{
    public const string Email = "email";

    public const string Slack = "slack";

    /// <summary>A signed POST to a partner's endpoint.</summary>
    public const string Webhook = "webhook";

    /// <summary>Handed to the <see cref="IOutboxHandler"/> of its kind in this app.</summary>
    public const string Internal = "internal";
}
