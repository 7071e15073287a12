namespace Smplat.Core.Checkout;

/// <summary>Labels of <c>checkout_orchestrations.stage_status</c>.</summary>
public static class CheckoutStatus
{
    public const string NotStarted = "not_started";
    public const string InProgress = "in_progress";
    public const string Waiting = "waiting";
    public const string Completed = "completed";
    public const string Failed = "failed";

    public static readonly string[] All = [NotStarted, InProgress, Waiting, Completed, Failed];
}
