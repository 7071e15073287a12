namespace Smplat.Core.Onboarding;

/// <summary>What a new journey consists of.</summary>
public static class JourneyTemplate
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
