namespace Smplat.Core.Billing;

/// <summary>Labels of <c>hosted_checkout_sessions.status</c>.</summary>
public static class HostedStatus
{
    public const string Initiated = "initiated";
    public const string Completed = "completed";
    public const string Expired = "expired";
    public const string Abandoned = "abandoned";
    public const string Failed = "failed";

    public static readonly string[] All = [Initiated, Completed, Expired, Abandoned, Failed];
}
