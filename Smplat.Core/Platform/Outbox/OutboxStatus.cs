namespace Smplat.Core.Platform.Outbox;

/// <summary>Labels of <c>notification_outbox.status</c>.</summary>
public static class OutboxStatus
{
    public const string Pending = "pending";

    public const string Sending = "sending";

    public const string Sent = "sent";

    /// <summary>Not sent on purpose; the row's reason says why.</summary>
    public const string Suppressed = "suppressed";

    /// <summary>Given up; an operator may send it on its way again.</summary>
    public const string Dead = "dead";

    public static readonly string[] All = [Pending, Sending, Sent, Suppressed, Dead];
}
