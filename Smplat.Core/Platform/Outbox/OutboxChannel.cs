namespace Smplat.Core.Platform.Outbox;

/// <summary>The ways by which a message leaves the outbox.</summary>
public static class OutboxChannel
{
    public const string Email = "email";

    /// <summary>The recipient names a target such as <c>operators</c>, never the webhook's secret address.</summary>
    public const string Slack = "slack";

    /// <summary>Handed to the <see cref="IOutboxHandler"/> of its kind in this app.</summary>
    public const string Internal = "internal";
}
