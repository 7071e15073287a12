namespace Smplat.Core.Onboarding;

/// <summary>Labels of <c>onboarding_interactions.channel</c>.</summary>
public static class Channel
{
    public const string Dashboard = "dashboard";
    public const string Email = "email";
    public const string Slack = "slack";

    public static readonly string[] All = [Dashboard, Email, Slack, "other"];
}
