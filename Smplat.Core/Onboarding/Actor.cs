namespace Smplat.Core.Onboarding;

/// <summary>Labels of <c>onboarding_interactions.actor_type</c>.</summary>
public static class Actor
{
    public const string Client = "client";
    public const string Operator = "operator";
    public const string System = "system";

    public static readonly string[] All = [Client, Operator, System];
}
