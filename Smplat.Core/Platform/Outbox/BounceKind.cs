namespace Smplat.Core.Platform.Outbox;

/// <summary>Labels of <c>notification_bounce.kind</c>.</summary>
public static class BounceKind
{
    /// <summary>The mailbox does not exist.</summary>
    public const string Hard = "hard";

    /// <summary>Full, or away for now.</summary>
    public const string Soft = "soft";

    /// <summary>The person called the mail spam.</summary>
    public const string Complaint = "complaint";

    public static readonly string[] All = [Hard, Soft, Complaint];
}
