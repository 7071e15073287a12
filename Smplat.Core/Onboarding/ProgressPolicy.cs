namespace Smplat.Core.Onboarding;

/// <summary>What a journey's tasks make of the journey.</summary>
public static class ProgressPolicy
{
    /// <summary>
    /// All done: completed, with the first time of completion kept. Some done: active. None done: as it was, except that a
    /// completed journey is active again.
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
