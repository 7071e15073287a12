using Smplat.Core.Onboarding;

namespace Smplat.Functions.Onboarding;

/// <summary>A task as clients read it.</summary>
public sealed record TaskAnswer(
    Guid Id,
    string Slug,
    string Title,
    string? Description,
    string Status,
    int SortOrder,
    DateTimeOffset? DueAt,
    DateTimeOffset? CompletedAt)
{
    public static TaskAnswer From(JourneyTask task) =>
        new(task.Id, task.Slug, task.Title, task.Description, task.Status, task.SortOrder, task.DueAt, task.CompletedAt);
}
