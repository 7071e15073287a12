namespace Smplat.Core.Platform.Outbox;

/// <summary>A kind of message that is rendered from templates.</summary>
/// <param name="Name">The word in <c>notification_outbox.kind</c>, and the name of the templates.</param>
/// <param name="Preference">Column of <c>notification_preferences</c> that must be on; null for operators.</param>
public sealed record MessageKind(string Name, MessageClass Class, string? Preference)
{
    public bool IsRestrained => Class is MessageClass.Reminder or MessageClass.Marketing;
}
