namespace Smplat.Core.Onboarding;

/// <summary>The onboarding of a client, from the purchase to the start of the work.</summary>
public sealed record Journey
{
    public required Guid Id { get; init; }

    public required Guid OrderId { get; init; }

    /// <summary>One of <see cref="JourneyStatus"/>.</summary>
    public required string Status { get; init; }

    public string? CurrentStep { get; init; }

    public string? ReferralCode { get; init; }

    /// <summary>What the storefront sent about the purchase, as JSON.</summary>
    public string Context { get; init; } = "{}";

    public decimal ProgressPercentage { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>In checklist order.</summary>
    public IReadOnlyList<JourneyTask> Tasks { get; init; } = [];

    /// <summary>In the order in which they were created.</summary>
    public IReadOnlyList<JourneyArtifact> Artifacts { get; init; } = [];
}

/// <summary>One task of the checklist.</summary>
public sealed record JourneyTask
{
    public required Guid Id { get; init; }

    public Guid JourneyId { get; init; }

    public required string Slug { get; init; }

    public required string Title { get; init; }

    public string? Description { get; init; }

    /// <summary>One of <see cref="JourneyTaskStatus"/>.</summary>
    public required string Status { get; init; }

    public int SortOrder { get; init; }

    public DateTimeOffset? DueAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>Something that the client has to provide.</summary>
public sealed record JourneyArtifact
{
    public required Guid Id { get; init; }

    public Guid JourneyId { get; init; }

    public Guid? TaskId { get; init; }

    public required string Label { get; init; }

    public string? Url { get; init; }

    public bool Required { get; init; }

    public DateTimeOffset? ReceivedAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Labels of <c>onboarding_journeys.status</c>.</summary>
internal static class JourneyStatus
{
    public const string NotStarted = "not_started";
    public const string Active = "active";
    public const string Completed = "completed";
    public const string Stalled = "stalled";

    public static readonly string[] All = [NotStarted, Active, Completed, Stalled];
}

/// <summary>Labels of <c>onboarding_tasks.status</c>.</summary>
internal static class JourneyTaskStatus
{
    public const string Pending = "pending";
    public const string InProgress = "in_progress";
    public const string Completed = "completed";
    public const string Blocked = "blocked";
}

/// <summary>The tasks and artifacts of a new journey.</summary>
internal static class JourneyTemplate
{
    public static readonly IReadOnlyList<TemplateTask> Tasks =
    [
        new(1, "intake", "Submit campaign intake", "Tell us about your goals, your audience and the accounts to work on.", TimeSpan.FromDays(2), null),
        new(2, "assets", "Upload creative & access assets", "Share logos, media and the access that the team needs.", TimeSpan.FromDays(5), "Creative and access assets"),
        new(3, "collaboration", "Confirm collaboration channels", "Choose where we talk and who takes part.", TimeSpan.FromDays(7), null),
    ];

    /// <param name="DueAfter">From the start of the journey.</param>
    /// <param name="Artifact">What the task needs from the client; null for nothing.</param>
    public sealed record TemplateTask(
        int SortOrder, string Slug, string Title, string Description, TimeSpan DueAfter, string? Artifact);
}

/// <summary>Derives a journey's status and progress from its tasks.</summary>
internal static class ProgressPolicy
{
    /// <summary>
    /// All tasks done: completed, and the first time of completion is kept. Some done: active. None done: unchanged, except
    /// that a completed journey becomes active again.
    /// </summary>
    public static Journey Refresh(Journey journey, DateTimeOffset now)
    {
        var done = journey.Tasks.Count(task => task.Status == JourneyTaskStatus.Completed);
        var isComplete = done == journey.Tasks.Count && done > 0;
        var status = isComplete ? JourneyStatus.Completed
            : done > 0 || journey.Status == JourneyStatus.Completed ? JourneyStatus.Active
            : journey.Status;
        return journey with
        {
            Status = status,
            ProgressPercentage = journey.Tasks.Count == 0 ? 0 : decimal.Round(done * 100m / journey.Tasks.Count, 2),
            CompletedAt = isComplete ? journey.CompletedAt ?? now : journey.CompletedAt,
            CurrentStep = journey.Tasks.FirstOrDefault(task => task.Status != JourneyTaskStatus.Completed)?.Slug,
            UpdatedAt = now,
        };
    }
}
