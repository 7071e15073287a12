using System.Globalization;

namespace Smplat.Core.Onboarding;

/// <summary>What a nudge says: one message for all open tasks of a journey.</summary>
public static class NudgeText
{
    public static string SubjectOf(IReadOnlyList<NudgeOpportunity> tasks) => tasks.Count == 1
        ? tasks[0].Subject
        : string.Create(CultureInfo.InvariantCulture, $"Action needed: {tasks.Count} onboarding steps");

    public static IReadOnlyList<string> ParagraphsOf(IReadOnlyList<NudgeOpportunity> tasks) =>
    [
        tasks.Count == 1
            ? "One step of your onboarding is waiting for you:"
            : "Some steps of your onboarding are waiting for you:",
        .. tasks.Select(task => task.Reason == NudgeOpportunity.Overdue
            ? $"{task.TaskTitle} (it was due on {task.DueAt!.Value.UtcDateTime.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)})"
            : task.TaskTitle),
        "We can start the work as soon as this is done. Reply to this message if you are stuck.",
    ];

    public static string MessageOf(IReadOnlyList<NudgeOpportunity> tasks) => string.Join("\n\n", ParagraphsOf(tasks));
}
