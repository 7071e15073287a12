namespace Smplat.Core.Platform.Outbox;

/// <summary>Words in <c>notification_outbox.reason</c> for messages that were not sent on purpose.</summary>
public static class SuppressionReason
{
    public const string PersonGone = "person_gone";
    public const string PersonSuspended = "person_suspended";
    public const string NoAddress = "no_address";
    public const string DailyCap = "daily_cap";
    public const string MailOff = "mail_not_configured";
    public const string SlackOff = "slack_not_configured";

    /// <summary>Why the message waits; the row stays pending.</summary>
    public const string Cooldown = "cooldown";
    public const string QuietHours = "quiet_hours";

    public static string PreferenceOff(string preference) => $"preference_off:{preference}";

    public static string AddressBlocked(string why) => $"address_blocked:{why}";
}
