namespace Smplat.Core.Platform.Outbox;

/// <summary>Whom a message is written for: templates pass it to the words that depend on it.</summary>
public sealed record Reader(string? Locale, TimeZoneInfo Zone)
{
    public static Reader Neutral { get; } = new(null, TimeZoneInfo.Utc);
}
