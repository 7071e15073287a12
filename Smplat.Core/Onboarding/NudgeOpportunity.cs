namespace Smplat.Core.Onboarding;

/// <summary>A task that its client should be reminded of.</summary>
public sealed record NudgeOpportunity
{
    public const string Overdue = "task_overdue";
    public const string Idle = "task_idle";

    public required Guid JourneyId { get; init; }

    public required Guid OrderId { get; init; }

    public required string OrderNumber { get; init; }

    public Guid? UserId { get; init; }

    public required Guid TaskId { get; init; }

    public required string TaskSlug { get; init; }

    public required string TaskTitle { get; init; }

    public DateTimeOffset? DueAt { get; init; }

    public required DateTimeOffset LastTouchAt { get; init; }

    public string? PreferredChannel { get; init; }

    /// <summary><see cref="Overdue"/> or <see cref="Idle"/>.</summary>
    public required string Reason { get; init; }

    public string DedupeKey => $"{TaskId}:{Reason}";

    public string RecommendedChannel => PreferredChannel == Channel.Slack ? Channel.Slack : Channel.Email;

    public string Subject => $"Action needed: {TaskTitle}";

    public int IdleHours(DateTimeOffset now) => (int)Math.Floor((now - LastTouchAt).TotalHours);

    public DateTimeOffset SlaExpiresAt(DateTimeOffset now, TimeSpan threshold) => DueAt ?? now + threshold;
}
