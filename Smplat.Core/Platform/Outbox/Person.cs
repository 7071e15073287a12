namespace Smplat.Core.Platform.Outbox;

/// <summary>The person that a message is for, as far as sending is concerned.</summary>
/// <param name="TimeZone">IANA name; an unknown one counts as UTC.</param>
public sealed record Person(
    Guid Id, string? Email, string? DisplayName, string Status, string TimeZone, string Locale)
{
    public TimeZoneInfo Zone => TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone) ? zone : TimeZoneInfo.Utc;
}
