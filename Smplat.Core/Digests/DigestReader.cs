namespace Smplat.Core.Digests;

/// <summary>Somebody who wants digests, with the last one.</summary>
public sealed record DigestReader
{
    public required Guid UserId { get; init; }

    public required string TimeZone { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public string? LastWeek { get; init; }

    public DateTimeOffset? LastAt { get; init; }

    public TimeZoneInfo Zone => TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone) ? zone : TimeZoneInfo.Utc;
}
