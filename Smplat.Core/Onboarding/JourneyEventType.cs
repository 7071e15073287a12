namespace Smplat.Core.Onboarding;

/// <summary>Labels of <c>onboarding_journey_events.event_type</c>.</summary>
public static class JourneyEventType
{
    public const string JourneyStarted = "journey_started";
    public const string TaskStatusChanged = "task_status_changed";
    public const string ArtifactReceived = "artifact_received";
    public const string ReferralCopied = "referral_copied";
    public const string PricingExperimentSegment = "pricing_experiment_segment";
}
